import {
  foldByKey,
  type Infer,
  int64,
  into,
  latestByKey,
  oneOf,
  optional,
  pipeline,
  record,
  shard,
  shardedFold,
  stream,
  type Table,
  table,
  text,
  timestamp,
  topByKey,
  tumblingWindow,
} from '@stockafolio/core';
import { canCompile } from '@stockafolio/core/compile';
import { pipelineHarness } from '@stockafolio/testing';
import { map } from 'rxjs';

const Visit = record('visit', {
  page: text(),
  visitor: text(),
  device: oneOf('phone', 'desk'),
  spent: int64(),
  note: optional(text()),
  time: timestamp(),
});
type Visit = Infer<typeof Visit>;

const visits = stream('visits', Visit, { key: (v) => v.visitor, time: (v) => v.time });
const Total = record('total', { visits: int64(), spent: int64({ range: 'full' }), last: text() });
const figures = { visits: int64(), spent: int64({ range: 'full' }), last: text() };

const byVisitor = table('by_visitor', { partitionBy: ['visitor'] }, { visitor: text(), ...figures });
const byDevice = table(
  'by_device',
  { partitionBy: ['device'], clusterBy: ['part'] },
  { device: text(), part: shard(), ...figures },
);
const latest = table(
  'latest',
  { partitionBy: ['visitor'], clusterBy: ['part'] },
  { visitor: text(), part: shard(), page: text(), note: optional(text()) },
);
const busiest = table(
  'busiest',
  { partitionBy: ['of'], clusterBy: ['part', 'rank'] },
  { of: text(), part: shard(), rank: int64(), visitor: text(), visits: int64() },
);
const minutes = table(
  'minutes',
  { partitionBy: ['visitor', 'start'] },
  { visitor: text(), start: timestamp(), visits: int64() },
);

function count(total: { visits: number; spent: bigint; last: string }, visit: Visit): void {
  total.visits += 1;
  total.spent += BigInt(visit.spent);
  total.last = visit.page;
}
const Latest = record('latest', { page: text(), note: optional(text()) });

const counted = pipeline('counted', { visits }, ({ visits }) => [
  into(byVisitor, visits.pipe(foldByKey('visitors', { key: ['visitor'], state: Total, fold: count }))),
  into(byDevice, visits.pipe(shardedFold('devices', { key: ['device'], state: Total, fold: count }))),
  into(
    latest,
    visits.pipe(
      latestByKey('latest', {
        key: ['visitor'],
        state: Latest,
        fold: (state: { page: string; note?: string | undefined }, { page, note }) => {
          state.page = page;
          state.note = note;
        },
      }),
    ),
  ),
  into(
    busiest,
    visits.pipe(
      topByKey('busiest', { key: ['visitor'], state: Total, fold: count, k: 3, by: 'visits' }),
      map(({ rank, key: [visitor], value: { visits } }) => ({ of: 'all', rank, visitor, visits })),
    ),
  ),
  into(
    minutes,
    visits.pipe(
      tumblingWindow('minutes', { key: ['visitor'], size: 60_000, state: Total, fold: count }),
      map(({ key: [visitor], window: { start }, value: { visits } }) => ({ visitor, start, visits })),
    ),
  ),
]);

/** What a run says of itself: whether it could compile, and the rows of each table as text. */
export interface Figures {
  readonly canCompile: boolean;
  readonly rows: Readonly<Record<string, string>>;
}

/** Runs a pipeline with all kinds of operators, and a restart, in memory. */
export async function figuresOf(): Promise<Figures> {
  const harness = pipelineHarness(counted, { partitions: 2 });
  for (let n = 0; n < 500; n++) {
    const note = n % 3 === 0 ? {} : { note: `note ${n}` };
    harness.push({
      ...{ page: `/${n % 7}`, visitor: `v${(n * n) % 23}`, device: n % 4 === 0 ? 'phone' : 'desk', spent: n },
      ...{ time: n * 1_000, ...note },
    } as Visit);
    if (n % 50 === 49) await harness.commit();
    if (n === 249) {
      await harness.checkpoint();
      harness.push({ page: '/lost', visitor: 'v1', device: 'desk', spent: 1, time: 250_500 } as Visit);
      await harness.restart();
    }
  }
  await harness.commit();
  const rows: Record<string, string> = {};
  for (const each of [byVisitor, byDevice, latest, busiest, minutes] as readonly Table[])
    rows[each.name] = JSON.stringify(await harness.rows(each), (_, value: unknown) =>
      typeof value === 'bigint' ? `${value}n` : value,
    );
  return { canCompile: canCompile(), rows };
}
