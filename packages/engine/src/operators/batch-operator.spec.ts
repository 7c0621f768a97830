import { expect } from 'chai';
import { delay, map, mergeMap } from 'rxjs';
import { addTo, byItem, byUser, codeOf, sale, type Sale, sales, Sum } from '@stockafolio/conformance';
import {
  foldByKey,
  into,
  latestByKey,
  pipeline,
  type Pipeline,
  shardedFold,
  topByKey,
  tumblingWindow,
} from '@stockafolio/core';
import { pipelineHarness } from '@stockafolio/testing';
import { feedAll, newEngine } from '../../test/engines.js';
import { observed } from '../../test/observed.js';

/** Each keyed operator, alone, with this key function. */
function each(keyOf: (s: Sale) => readonly [string]): readonly Pipeline[] {
  const options = { key: keyOf, state: Sum, fold: addTo };
  return [
    foldByKey('f', options),
    shardedFold('f', options),
    latestByKey('f', options),
    topByKey('f', { ...options, k: 3, by: 'amount' }),
    tumblingWindow('f', { ...options, size: 10 }),
  ].map((operator) =>
    pipeline('one', { sales }, ({ sales }) => {
      observed(sales.pipe(operator as never));
      return [];
    }),
  );
}

/** The state of an operator, by key. */
const sizeOf = (harness: ReturnType<typeof pipelineHarness<Sale>>): number | undefined =>
  harness.engines[0]?.operators[0]?.state.size;

describe('an operator', () => {
  it('dead-letters a first record without a key, and processes the following ones', async () => {
    for (const made of each((s) => {
      if (s.item === 'odd') throw new Error('no key');
      return [s.user];
    })) {
      const harness = pipelineHarness<Sale>(made, { partitions: 1 });
      harness.push(sale({ item: 'odd' }), sale(), sale({ item: 'odd' }), sale());
      await harness.commit();
      const rejected = await harness.deadLetters();
      expect(rejected.map(({ offset, cause }) => [offset, cause])).to.eql([
        [0, 'no key'],
        [2, 'no key'],
      ]);
      expect(sizeOf(harness)).to.equal(1);
    }
  });

  it('does the same if its first records arrive together', () => {
    for (const made of each((s) => {
      if (s.item === 'odd') throw new Error('no key');
      return [s.user];
    })) {
      const engine = newEngine(made);
      feedAll(engine, [sale({ item: 'odd' }), sale(), sale({ item: 'odd' }), sale({ user: 'bob' })]);
      expect(engine.commit()).to.have.length(2);
      expect(engine.operators[0]?.state.size).to.equal(2);
      expect(engine.setAside).to.equal(2);
    }
  });

  it('ends the run if a record arrives outside its turn', async () => {
    const late = pipeline('late', { sales }, ({ sales }) => [
      into(byUser, sales.pipe(delay(0), foldByKey('f', { key: (s) => [s.user], state: Sum, fold: addTo }))),
    ]);
    for (const before of [0, 1]) {
      const made =
        before === 0
          ? late
          : pipeline('later', { sales }, ({ sales }) => [
              into(
                byUser,
                sales.pipe(
                  mergeMap((s) => (s.item === 'late' ? [s].map((one) => Promise.resolve(one)) : [[s]])),
                  mergeMap((one) => one),
                  foldByKey('f', { key: (s) => [s.user], state: Sum, fold: addTo }),
                ),
              ),
            ]);
      const harness = pipelineHarness<Sale>(made, { partitions: 1 });
      if (before === 1) harness.push(sale());
      harness.push(sale({ item: 'late' }));
      await new Promise((done) => setTimeout(done, 5));
      expect(await codeOf(() => harness.commit())).to.equal('ERR_ASYNC_EMISSION');
      expect(sizeOf(harness)).to.equal(before);
    }
  });

  it('does not process a record further that another operator has rejected', async () => {
    const seen: string[] = [];
    const made = pipeline('two', { sales }, ({ sales }) => [
      into(
        byUser,
        sales.pipe(
          foldByKey('first', {
            key: (s) => [s.user],
            state: Sum,
            fold: (sum, s) => {
              if (s.amount < 0) throw new Error('below zero');
              addTo(sum, s);
            },
          }),
        ),
      ),
      into(
        byItem,
        sales.pipe(
          shardedFold('second', {
            key: (s) => [s.item],
            state: Sum,
            fold: (sum, s) => {
              seen.push(s.item);
              addTo(sum, s);
            },
          }),
        ),
      ),
    ]);
    const harness = pipelineHarness<Sale>(made, { partitions: 1 });
    harness.push(sale({ item: 'a' }), sale({ item: 'b', amount: -1 }), sale({ item: 'c' }));
    await harness.commit();
    expect(seen).to.eql(['a', 'c']);
    expect((await harness.rows(byItem)).map(({ item }) => item)).to.eql(['a', 'c']);
  });

  it('states for a late record which operator rejected it, since when, and the watermark', async () => {
    const made = pipeline('windows', { sales }, ({ sales }) => {
      observed(
        sales.pipe(
          tumblingWindow('w', { size: 1_000, allowedLateness: 500, key: (s) => [s.user], state: Sum, fold: addTo }),
          map(({ value }) => value),
        ),
      );
      return [];
    });
    const harness = pipelineHarness<Sale>(made, { partitions: 1 });
    harness.push(sale({ time: 500 }), sale({ time: 1_500 }), sale({ time: 999 }));
    await harness.commit();
    const [rejected] = await harness.deadLetters();
    expect(rejected?.cause)
      .to.contain("'w' accepted it until 1970-01-01T00:00:01.500Z")
      .and.to.contain('the watermark is 1970-01-01T00:00:01.500Z');
  });
});
