import fc from 'fast-check';
import type { Observable } from 'rxjs';
import {
  type Branch,
  type Infer,
  int64,
  pipeline,
  type Pipeline,
  record,
  stream,
  text,
  timestamp,
} from '@stockafolio/core';
import { pipelineHarness, type PipelineHarness } from '@stockafolio/testing';
import { naiveOrder } from './naive-order.js';
import { observed } from './observed.js';

export const Visit = record('visit', { user: text(), id: int64(), time: timestamp() });
export const Buy = record('buy', { buyer: text(), id: int64(), time: timestamp() });
export type Visit = Infer<typeof Visit>;
export type Buy = Infer<typeof Buy>;

export const OUT_OF_ORDER = 1_000;
export const visits = stream('visits', Visit, { key: 'user', time: (v) => v.time });
export const buys = stream('buys', Buy, { key: 'buyer', time: (b) => b.time, outOfOrderness: OUT_OF_ORDER });

/** A record of one of two streams that are joined; `id` is unique over both. */
export interface Arrival {
  readonly isLeft: boolean;
  readonly user: string;
  readonly id: number;
  readonly time: number;
}

/** An arrival as an operator sees it: in the order of the engine, with the watermark before it. */
export interface Seen extends Arrival {
  readonly watermark: number;
}

/** Records of two streams: some out of order, some late, some of one time, with pauses between. */
export const anyArrivals: fc.Arbitrary<readonly Arrival[]> = fc
  .array(
    fc.record({
      ...{ isLeft: fc.boolean(), user: fc.constantFrom('ann', 'bob'), back: fc.oneof(fc.constant(0), fc.nat(40)) },
      step: fc.oneof(fc.constant(0), fc.nat(9), fc.nat(90)),
    }),
    { maxLength: 30 },
  )
  .map((steps) => {
    let now = 10_000;
    // In steps of a tenth of a second, so that times often are just on a bound.
    return steps.map(({ isLeft, user, step, back }, id) => {
      now += step * 100;
      return { isLeft, user, id, time: now - back * 100 };
    });
  });

type Inputs = { readonly visits: Observable<Visit>; readonly buys: Observable<Buy> };

/** A pipeline of both streams, and the ids of the records in the order in which an engine first processed them. */
export function joining(build: (inputs: Inputs) => readonly Branch[]): {
  readonly made: Pipeline;
  readonly order: () => readonly number[];
} {
  const ids = new Set<number>();
  const made = pipeline('joining', { visits, buys }, (inputs) => {
    observed(inputs.visits, ({ id }) => void ids.add(id));
    observed(inputs.buys, ({ id }) => void ids.add(id));
    return build(inputs);
  });
  return { made, order: () => [...ids] };
}

export function harnessOf(made: Pipeline): PipelineHarness<Visit> {
  return pipelineHarness<Visit>(made, { partitions: 1 });
}

export function pushArrival(harness: PipelineHarness<Visit>, { isLeft, user, id, time }: Arrival): void {
  if (isLeft) harness.push({ user, id, time });
  else harness.pushTo(buys, { buyer: user, id, time });
}

const kinds = ['', '', '', 'settle', 'commit', 'checkpoint', 'idle', 'restart', 'redeliver', 'zombies'] as const;
type Kind = (typeof kinds)[number];

/** What happens to a run after each of its records. In `settle` and `idle` time passes, so that records wait for no others. */
export const anyJoinDisturbances: fc.Arbitrary<fc.Stream<Kind>> = fc.infiniteStream(fc.constantFrom(...kinds));
/** The same without those that change the order of the records. */
export const anyFirmDisturbances: fc.Arbitrary<fc.Stream<Kind>> = fc.infiniteStream(
  fc.constantFrom(...kinds.filter((kind) => kind !== 'settle' && kind !== 'idle')),
);

/** Pushes records, and disturbs the run after each of them; then all of them are processed. */
export async function pushJoined(
  harness: PipelineHarness<Visit>,
  arrivals: readonly Arrival[],
  between?: fc.Stream<Kind>,
): Promise<void> {
  for (const each of arrivals) {
    pushArrival(harness, each);
    const kind = between === undefined ? '' : (between.next() as IteratorYieldResult<Kind>).value;
    if (kind === 'settle') await harness.commit();
    else if (kind === 'redeliver') await harness.redeliver(3);
    else if (kind === 'idle') harness.idle();
    else if (kind === 'restart' || kind === 'zombies') await harness[kind]();
    else if (kind !== '') await harness[kind]({ settle: false });
  }
  await harness.commit();
}

/** The ids of arrivals in the order of the merge, if no time passes but that of their messages. */
export function mergedOrder(arrivals: readonly Arrival[], { idleAfter }: Pipeline): readonly number[] {
  let now = Number.NEGATIVE_INFINITY;
  const logs: { input: number; offset: number; time: number; sent: number; id: number }[][] = [[], []];
  for (const { isLeft, id, time } of arrivals) {
    const input = isLeft ? 0 : 1;
    const log = logs[input] ?? [];
    log.push({ input, offset: log.length, time, sent: (now = Math.max(now, time)), id });
  }
  return naiveOrder(logs, idleAfter).map(({ id }) => id);
}

/** The arrivals with these ids, in their order, each with the watermark before it; a record that fails moves no time. */
export class Order {
  #latest = Number.NEGATIVE_INFINITY;
  readonly #arrivals: readonly Arrival[];

  constructor(arrivals: readonly Arrival[], order: readonly number[]) {
    this.#arrivals = order.map((id) => arrivals[id] as Arrival);
  }

  /**
   * Passes on each arrival, and afterwards the watermark if it has moved.
   *
   * @param receive returns whether the record was kept
   */
  forEach(receive: (seen: Seen) => boolean, advance: (watermark: number) => void): void {
    for (const each of this.#arrivals) {
      const isKept = receive({ ...each, watermark: this.#latest - OUT_OF_ORDER });
      if (!isKept || each.time <= this.#latest) continue;
      this.#latest = each.time;
      advance(this.#latest - OUT_OF_ORDER);
    }
  }
}

/** The rows of all tables of a run, with their versions, as text. */
export async function versionedRows(harness: PipelineHarness<Visit>, { plan }: Pipeline): Promise<string[]> {
  const rows: string[] = [];
  for (const table of plan.tables)
    for await (const { values, version } of harness.tables.scanAll(table))
      rows.push(JSON.stringify([table.name, values, version]));
  return rows.sort();
}
