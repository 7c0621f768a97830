import type { WireLastComparison, WireTwins } from '@stockafolio/example/api';
import { Compared } from '../close/compared.js';
import { StreamBatch } from '../close/stream-batch.js';
import { TwinTable } from '../close/twin-table.js';
import { dayText } from '../figures/numbers.js';
import { usePolled } from '../live/use-polled.js';
import { DayChoice } from '../parts/day-choice.js';
import { Home } from '../parts/home.js';
import { closeSkeleton } from '../parts/skeleton.js';
import { Title } from '../parts/title.js';
import { useSetting } from '../setting.js';

/** How often both are asked for, in milliseconds. */
const OFTEN = 2_000;
const SELDOM = 10_000;

/** The close of a day beside the live figures, and whether stream and batch have made the same. */
export function ClosePage({ day }: { readonly day: string | undefined }) {
  const [of] = useSetting('of', ['sectors', 'symbols'], 'sectors');
  const query = new URLSearchParams({ ...(day === undefined ? {} : { day }), of });
  const twins = usePolled<WireTwins>(`/api/close/figures?${String(query)}`, OFTEN);
  const last = usePolled<WireLastComparison>('/api/close/comparison', SELDOM);
  const shown = twins.answer;
  if (twins.refused !== undefined || (shown === undefined && twins.failure !== undefined)) {
    return (
      <section class="message">
        <Title text="Close">The close is not shown</Title>
        <p>{twins.failure}</p>
        <Home />
      </section>
    );
  }
  return (
    <>
      <div class="page-head">
        <div>
          <Title text="Close">The close</Title>
          <p class="sub">{shown === undefined ? 'Reading' : dayText(shown.day)}</p>
        </div>
        {twins.failure !== undefined && <p class="status status-lost">Not known now: trying again</p>}
        <StreamBatch day={day} />
        <DayChoice shown={shown?.day} asked={day} />
      </div>
      {shown === undefined ? (
        closeSkeleton
      ) : (
        <div class="grid close-grid">
          <TwinTable twins={shown} />
          {last.answer !== undefined && <Compared comparison={last.answer.comparison} />}
        </div>
      )}
    </>
  );
}
