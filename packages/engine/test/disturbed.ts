import { expect } from 'chai';
import fc from 'fast-check';
import type { Sale } from '@stockafolio/conformance';
import { readAs } from '@stockafolio/conformance/random';
import type { Pipeline } from '@stockafolio/core';
import type { PartitionEngine } from '@stockafolio/engine';
import type { PipelineHarness } from '@stockafolio/testing';
import { newEngine, shown, stateOf } from './engines.js';

const kinds = ['', '', '', 'idle', 'commit', 'checkpoint', 'restart', 'redeliver', 'zombies'] as const;
type Disturbance = (typeof kinds)[number];

/** What happens to a run after each of its records. */
export const anyDisturbances: fc.Arbitrary<fc.Stream<Disturbance>> = fc.infiniteStream(fc.constantFrom(...kinds));

/** The same, but what was killed stays dead. */
export const anyDeaths: fc.Arbitrary<fc.Stream<Disturbance>> = fc.infiniteStream(
  fc.constantFrom(...kinds.filter((kind) => kind !== 'zombies')),
);

/**
 * What happens to a run of several streams whose messages have old times. Rows that a process writes after it was killed
 * may be of another order, if a lull came in between: see decision 45.
 */
export const anyOfSeveral: fc.Arbitrary<fc.Stream<Disturbance>> = fc.oneof(
  anyDeaths,
  fc.infiniteStream(fc.constantFrom(...kinds.filter((kind) => kind !== 'idle'))),
);

/** Pushes records, and disturbs the run after each of them. */
export async function pushDisturbed(
  harness: PipelineHarness<Sale>,
  records: readonly Sale[],
  disturbances: fc.Stream<Disturbance>,
): Promise<void> {
  for (const each of records) {
    harness.push(each);
    await disturb(harness, disturbances);
  }
}

/** Disturbs a run once, or not. */
export async function disturb(harness: PipelineHarness<never>, disturbances: fc.Stream<Disturbance>): Promise<void> {
  const { value } = disturbances.next() as IteratorYieldResult<Disturbance>;
  if (value === 'redeliver') await harness.redeliver(3);
  else if (value !== '') await harness[value]();
}

/** A record, and the index of its stream. */
export interface OfStream {
  readonly record: Sale;
  readonly input: number;
}

/**
 * Records that are processed together leave the same states, and the same rows with their versions, as one by one; and
 * the same ones leave through repartitions.
 *
 * Rows are compared as tables hold them, because the same row may be written again.
 */
export function expectSameInBatches(made: Pipeline, batches: readonly (readonly (Sale | OfStream)[])[]): void {
  const [single, together] = [newEngine(made), newEngine(made)];
  const [ofSingle, ofTogether] = [new Map<string, string>(), new Map<string, string>()];
  const departuresOf = ({ departures }: PartitionEngine): unknown[] =>
    departures.take().map(({ stream, ...sent }) => ({ ...sent, to: stream.name }));
  const versions = new Map<Map<string, string>, Map<string, number>>([
    [ofSingle, new Map()],
    [ofTogether, new Map()],
  ]);
  const commit = (engine: PartitionEngine, into: Map<string, string>): void => {
    for (const { table, values, version, deleted = false } of engine.commit()) {
      const key = shown([table.name, values.slice(0, table.keyLength)]);
      const known = versions.get(into);
      // As stores do, which keep the first of equal versions.
      if (version <= (known?.get(key) ?? -Infinity)) continue;
      known?.set(key, version);
      into.set(key, shown(deleted ? [version] : [values, version]));
    }
  };
  for (const batch of batches) {
    const sales = batch.map((each) => ('record' in each ? each.record : each));
    const records = batch.map((each, n) => {
      const sale = sales[n] as Sale;
      const stream = made.streams['record' in each ? each.input : 0];
      return stream === undefined ? sale : readAs(stream, sale, sale.time);
    });
    const copies = records.map((each) => ({ ...each }));
    const next = single.inputs.all.map(({ offset }) => offset);
    const positions = batch.map((each, n) => {
      const input = 'record' in each ? each.input : 0;
      const offset = next[input] ?? 0;
      next[input] = offset + 1;
      return { input, offset, ingested: sales[n]?.time ?? 0 };
    });
    records.forEach((each, n) => single.push(each, positions[n] ?? { offset: 0, ingested: 0 }));
    // Functions may change records.
    together.pushAll(copies, positions);
    expect(together.position).to.eql(single.position);
    expect(stateOf(together)).to.eql(stateOf(single));
    commit(single, ofSingle);
    commit(together, ofTogether);
    expect([...ofTogether].sort()).to.eql([...ofSingle].sort());
    expect(departuresOf(together)).to.eql(departuresOf(single));
  }
}
