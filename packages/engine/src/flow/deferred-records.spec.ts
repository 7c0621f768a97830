import { expect } from 'chai';
import fc from 'fast-check';
import { filter, map, merge, type Observable, scan } from 'rxjs';
import { Sale, sale } from '@stockafolio/conformance';
import { foldByKey, int64, into, pipeline, record, stream, table, text } from '@stockafolio/core';
import { expectSameInBatches } from '../../test/disturbed.js';
import { newEngine } from '../../test/engines.js';

const settings = { key: 'user', time: (s: Sale) => s.time, outOfOrderness: 1_000_000 } as const;
const orders = stream('orders', Sale, settings);
const gifts = stream('gifts', Sale, settings);
const traced = (name: string) => table(name, { partitionBy: ['user'] }, { user: text(), trace: int64() });
const tables = [traced('first'), traced('second')] as const;
const Trace = record('trace', { trace: int64() });

type Flow = Observable<Sale>;
const ways: Readonly<Record<string, (flow: Flow) => Flow>> = {
  same: (flow) => flow,
  filtered: (flow) => flow.pipe(filter(({ amount }) => amount % 3 !== 0)),
  copied: (flow) => flow.pipe(map((each) => ({ ...each, amount: each.amount + 1 }))),
  'in one object': (flow) =>
    flow.pipe(scan((sum, each) => Object.assign(sum, each, { amount: each.amount + 2 }), { ...sale() })),
};

/** Two operators of which the second is behind the first, if anything is. The trace depends on the order. */
function pipelineOf(first: readonly [0 | 1, string][], second: readonly [0 | 1, string][], seen: string[] = []) {
  return pipeline('deferring', { orders, gifts }, ({ orders, gifts }) =>
    [first, second].map((flows, n) =>
      into(
        tables[n === 0 ? 0 : 1],
        merge(...flows.map(([input, way]) => (ways[way] ?? filter(() => true))(input === 0 ? orders : gifts))).pipe(
          foldByKey(`fold-${n}`, {
            key: ({ user }) => [user],
            state: Trace,
            fold: (state, { amount, time }) => {
              seen.push(`${n} ${time}`);
              state.trace = (state.trace * 31 + amount * 7 + (time % 5)) % 1_000_003;
            },
          }),
        ),
      ),
    ),
  );
}

const anyFlows = fc.array(fc.tuple(fc.constantFrom(0 as const, 1 as const), fc.constantFrom(...Object.keys(ways))), {
  minLength: 1,
  maxLength: 4,
});
const anyRecords = fc.array(
  fc.record({ input: fc.nat(1), user: fc.constantFrom('ann', 'bob'), amount: fc.integer({ min: 1, max: 15 }) }),
  { maxLength: 300 },
);

describe('records that reach an operator through functions', () => {
  it('are processed in the order in which they arrive, as if they were alone', () => {
    fc.assert(
      fc.property(anyFlows, anyFlows, anyRecords, (first, second, facts) => {
        const records = facts.map(({ input, ...each }, time) => ({ input, record: sale({ ...each, time }) }));
        expectSameInBatches(pipelineOf(first, second), [records, records.slice(0, 20)]);
      }),
    );
  });

  it('are processed at once, operator by operator, if these emit nothing', () => {
    const seen: string[] = [];
    const engine = newEngine(
      pipelineOf(
        [
          [0, 'same'],
          [1, 'filtered'],
        ],
        [[0, 'filtered']],
        seen,
      ),
    );
    const records = [1, 2, 4, 5].map((time) => sale({ amount: 1, time }));
    engine.pushAll(
      records,
      records.map((_, n) => ({ input: n % 2, offset: n >> 1, ingested: 0 })),
    );
    expect(seen).to.eql(['0 1', '0 2', '0 4', '0 5', '1 1', '1 4']);
  });

  it('may be more than a batch has', () => {
    const same = [
      [0, 'same'],
      [0, 'filtered'],
      [1, 'same'],
    ] as [0 | 1, string][];
    const records = Array.from({ length: 600 }, (_, n) => ({ input: n % 2, record: sale({ amount: n, time: n }) }));
    expectSameInBatches(pipelineOf(same, same), [records]);
  });
});
