import type { WireLastComparison } from '@stockafolio/example/api';
import { ageText } from '../figures/numbers.js';
import { now } from '../figures/now.js';
import { usePolled } from '../live/use-polled.js';
import { follow } from '../path.js';
import { verdictOf } from './verdict.js';

/** How often the kept result is asked for, in milliseconds. */
const OFTEN = 10_000;

/** The badge with the last comparison of stream and batch; it leads to what was compared. */
export function StreamBatch({ day }: { readonly day: string | undefined }) {
  const { answer, failure, refused } = usePolled<WireLastComparison>('/api/close/comparison', OFTEN);
  if (refused !== undefined || (answer === undefined && failure === undefined)) return null;
  const comparison = answer?.comparison;
  const { state, text, but } = verdictOf(comparison);
  const known = failure === undefined;
  return (
    <a
      class={`twin-badge twin-${known ? state : 'older'}`}
      href={day === undefined ? '/close' : `/close?day=${day}`}
      onClick={follow}
    >
      <span class="dot" aria-hidden="true" />
      <span>
        Stream = batch: <b>{known ? text : 'not known now'}</b>
      </span>
      {known && comparison !== null && comparison !== undefined && (
        <span class="updated">
          compared {ageText(Date.parse(comparison.comparedAt), now.value)}
          {but !== undefined && `; ${but}`}
        </span>
      )}
    </a>
  );
}
