import type { WireDeadLetters, WirePipeline } from '@stockafolio/example/api';
import { StreamBatch } from '../close/stream-batch.js';
import { count, duration } from '../figures/numbers.js';
import { now } from '../figures/now.js';
import { attentionOf, type Attention } from '../health/attention.js';
import { DeadLetters } from '../health/dead-letters.js';
import { Operators, Partitions, Runners } from '../health/health-tables.js';
import { PlanPicture } from '../health/plan-picture.js';
import { rateText, secondsText } from '../health/rate-text.js';
import { usePolled, type Polled } from '../live/use-polled.js';
import { Home } from '../parts/home.js';
import { NotKnown } from '../parts/not-known.js';
import { pipelineSkeleton } from '../parts/skeleton.js';
import { Tile } from '../parts/tile.js';
import { Title } from '../parts/title.js';

/** How often the health is asked for, in milliseconds, and the dead letters, which are read from a table. */
const OFTEN = 2_000;
const SELDOM = 10_000;

/** Whether the pipeline that makes the figures is well. It depends on nothing that it reports about. */
export function PipelinePage() {
  const polled = usePolled<WirePipeline>('/api/pipeline', OFTEN);
  const letters = usePolled<WireDeadLetters>('/api/pipeline/dead-letters', SELDOM);
  const { answer: health } = polled;
  if (polled.refused !== undefined) {
    return (
      <section class="message">
        <Title text="Pipeline">The pipeline is not shown</Title>
        <p>{polled.failure}</p>
        <Home />
      </section>
    );
  }
  // A failed read of the dead letters is better than an old one that says that there are none.
  const found = letters.failure === undefined ? letters.answer : undefined;
  const attention = health === undefined ? [] : attentionOf(health, found?.count);
  return (
    <>
      <div class="page-head">
        <div>
          <Title text="Pipeline">Pipeline</Title>
          <p class="sub">{health?.pipeline ?? 'Reading'}</p>
        </div>
        <StreamBatch day={undefined} />
        <Asked polled={polled} attention={attention.length} />
      </div>
      {health === undefined ? (
        pipelineSkeleton
      ) : (
        <>
          {attention.length > 0 && <NeedsAttention attention={attention} />}
          <HealthTiles health={health} letters={found} />
          <div class="grid pipeline-grid">
            <PlanPicture health={health} />
            <Partitions health={health} />
            <div class="grid pipeline-pair">
              <Operators health={health} />
              <Runners health={health} />
            </div>
            <DeadLetters found={found} />
          </div>
        </>
      )}
    </>
  );
}

function Asked({
  polled: { at, failure },
  attention,
}: {
  readonly polled: Polled<WirePipeline>;
  readonly attention: number;
}) {
  const age = at === undefined ? 0 : Math.max(0, now.value - at);
  const state = failure !== undefined ? 'lost' : at === undefined ? 'connecting' : attention > 0 ? 'troubled' : 'live';
  const says = {
    lost: 'Not known now: trying again',
    connecting: 'Connecting',
    troubled: 'Needs attention',
    live: 'All is well',
  };
  return (
    <p class={`status status-${state}`}>
      <span class="dot" aria-hidden="true" />
      <span role="status">{says[state]}</span>
      {at !== undefined && (
        <span class="updated">Last updated {age < OFTEN + 1_000 ? 'just now' : `${duration(age)} ago`}</span>
      )}
    </p>
  );
}

function NeedsAttention({ attention }: { readonly attention: readonly Attention[] }) {
  return (
    <ul class="attention" aria-label="What needs attention">
      {attention.map(({ what, so }) => (
        <li key={what}>
          <b>{what}.</b> {so}
        </li>
      ))}
    </ul>
  );
}

const METRICS = 'From the metrics of all runners. While one of them does not answer, it is not known.';

interface HealthTilesProps {
  readonly health: WirePipeline;
  readonly letters: WireDeadLetters | undefined;
}

function HealthTiles({ health: { rates, counts, partitions }, letters }: HealthTilesProps) {
  const behind = partitions.map((partition) => partition.behind);
  const unsaved = partitions.map(({ unsavedSeconds }) => unsavedSeconds).filter((seconds) => seconds !== null);
  return (
    <dl class="tiles" aria-label="The pipeline in numbers">
      <Tile
        label="Messages"
        unit="/ s"
        detail="over the last 10 seconds"
        main
        explain={{ what: 'Messages that the runners have processed, bad ones included.', from: METRICS }}
      >
        {rates.messages === null ? <NotKnown /> : rateText(rates.messages)}
      </Tile>
      <Tile
        label="Behind"
        unit="messages"
        detail="all partitions"
        explain={{ what: 'Messages in the source that the tables have not acknowledged.', from: METRICS }}
      >
        {behind.length === 0 || behind.includes(null) ? (
          <NotKnown />
        ) : (
          count(behind.reduce((sum: number, each) => sum + (each ?? 0), 0))
        )}
      </Tile>
      <Tile
        label="Until readable"
        detail="from the source to the tables"
        explain={{
          what: 'From the source receiving a message to its rows being readable: the average of the oldest message of each commit, over the last 10 seconds.',
          from: METRICS,
        }}
      >
        {rates.endToEndSeconds === null ? <NotKnown /> : secondsText(rates.endToEndSeconds)}
      </Tile>
      <Tile
        label="Commits"
        unit="/ s"
        detail={rates.commitSeconds === null ? 'how long is not known' : `${secondsText(rates.commitSeconds)} each`}
        explain={{
          what: 'Commits of rows and progress, and how long one takes from the cut to the acknowledgement, over the last 10 seconds.',
          from: METRICS,
        }}
      >
        {rates.commits === null ? <NotKnown /> : rateText(rates.commits)}
      </Tile>
      <Tile
        label="Rows"
        unit="/ s"
        detail="written"
        explain={{ what: 'Rows that the tables have acknowledged, over the last 10 seconds.', from: METRICS }}
      >
        {rates.rows === null ? <NotKnown /> : rateText(rates.rows)}
      </Tile>
      <Tile
        label="Oldest unsaved"
        detail={
          counts.checkpointsStored === null ? 'checkpoints' : `${count(counts.checkpointsStored)} checkpoints stored`
        }
        explain={{
          what: 'The age of the oldest change that is in no checkpoint, of the partition where it is oldest: a restart reads that much again.',
          from: METRICS,
        }}
      >
        {unsaved.length === 0 ? <NotKnown /> : duration(Math.max(...unsaved) * 1_000)}
      </Tile>
      <Tile
        label="Dead letters"
        detail="in no figure"
        explain={{
          what: 'Messages that were rejected, as a whole or for one operator, with those that were replayed since.',
          from: 'From the table of dead letters.',
        }}
      >
        {letters === undefined ? <NotKnown /> : `${letters.complete ? '' : '> '}${count(letters.count)}`}
      </Tile>
    </dl>
  );
}
