import { expect } from 'chai';
import fc from 'fast-check';
import { map } from 'rxjs';
import { addTo, bySecond, byUser, codeOf, looseSales, type Sale, sale, sales, Sum } from '@stockafolio/conformance';
import { into, pipeline, tumblingWindow, type Windowed } from '@stockafolio/core';
import { marbles, pipelineHarness, trace } from '@stockafolio/testing';

const options = { size: 2_000, key: (s: Sale) => [s.item] as const, state: Sum, fold: addTo };
const at = {
  a: (time: number): Sale => sale({ time }),
  b: (time: number): Sale => sale({ item: 'rum', amount: 5, time }),
  z: (): Sale => sale({ amount: 100, time: 500 }),
};

type Shown = readonly [at: string, start: number, key: string, amount: number];
const shown = (seen: readonly { at: string; value: Windowed<readonly [string], Sum> }[]): Shown[] =>
  seen.map(({ at, value }) => [at, value.window.start, value.key[0], value.value.amount]);

const seconds = pipeline('seconds', { looseSales }, ({ looseSales }) => [
  into(
    bySecond,
    looseSales.pipe(
      tumblingWindow('second', { ...options, size: 1_000, allowedLateness: 2_000 }),
      map(({ window, key: [item], value }) => ({ second: window.start, item, ...value })),
    ),
  ),
]);

describe('tumblingWindow', () => {
  it('emits a window when the watermark passes its end, all keys in order of arrival', async () => {
    const seen = await trace(sales, marbles('ab-a|--a', at), (sales) => sales.pipe(tumblingWindow('w', options)));
    expect(shown(seen)).to.eql([
      ['a', 0, 'tea', 1],
      ['a', 0, 'rum', 5],
      ['a', 2_000, 'tea', 1],
    ]);
    expect(seen.map(({ watermark }) => watermark)).to.eql([3_000, 3_000, 6_000]);
    expect(seen[0]?.value.window).to.eql({ start: 0, end: 2_000 });
  });

  it('accepts records up to the out-of-orderness of the stream, without any being late', async () => {
    const script = marbles('a-a-z-a', at);
    const seen = await trace(looseSales, script, (sales) => sales.pipe(tumblingWindow('w', options)));
    expect(shown(seen)).to.eql([['a', 0, 'tea', 101]]);
  });

  it('emits the contents when no records arrive, and again only what has changed since', async () => {
    const seen = await trace(sales, marbles('ab~~a~--a', at), (sales) => sales.pipe(tumblingWindow('w', options)));
    expect(shown(seen)).to.eql([
      ['~', 0, 'tea', 1],
      ['~', 0, 'rum', 5],
      ['~', 2_000, 'tea', 1],
    ]);
    // the idle close did not move the watermark: a record for an open window is not late
    const open = await trace(sales, marbles('a~(aa)-a', at), (sales) => sales.pipe(tumblingWindow('w', options)));
    expect(shown(open)).to.eql([
      ['~', 0, 'tea', 1],
      ['a', 0, 'tea', 3],
    ]);
  });

  it('updates a closed window for each record within the allowed lateness, and dead-letters later ones', async () => {
    const late = pipeline('late', { sales }, ({ sales }) => [
      into(
        bySecond,
        sales.pipe(
          tumblingWindow('w', { ...options, allowedLateness: 3_000 }),
          map(({ window, key: [item], value }) => ({ second: window.start, item, ...value })),
        ),
      ),
    ]);
    const harness = pipelineHarness<Sale>(late, { partitions: 1 });
    await harness.play(marbles('a-az-a', at));
    await harness.commit();
    expect((await harness.rows(bySecond)).map(({ second, amount }) => [second, amount])).to.eql([
      [0, 101],
      [2_000, 1],
    ]);
    expect(await harness.deadLetters()).to.eql([]);
    await harness.play(marbles('z', at));
    await harness.commit();
    const rejected = await harness.deadLetters();
    expect(rejected.map(({ offset, operator, code }) => [offset, operator, code])).to.eql([
      [4, 'w', 'ERR_LATE_RECORD'],
    ]);
    expect((await harness.rows(bySecond)).map(({ amount }) => amount)).to.eql([101, 1]);
  });

  it('keeps nothing of a window that has closed', async () => {
    const harness = pipelineHarness<Sale>(seconds, { partitions: 1 });
    for (let n = 0; n < 100; n++) harness.push(sale({ time: n * 1_000 }));
    expect(harness.engines[0]?.operators[0]?.state.size).to.be.below(8);
  });

  it('gives the same rows whatever commits, idle times, restarts and re-deliveries are in between (P3)', async () => {
    const anySale: fc.Arbitrary<Sale> = fc.record({
      user: fc.constantFrom('ann', 'bob', 'cid'),
      item: fc.constantFrom('tea', 'rum'),
      amount: fc.nat(9),
      time: fc.nat(15_000),
    });
    const step = fc.oneof(
      { weight: 8, arbitrary: anySale },
      { weight: 1, arbitrary: fc.constantFrom('commit', 'checkpoint', 'restart', 'zombies', 'idle', 'redeliver') },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const plain = pipelineHarness<Sale>(seconds, { partitions: 2 });
        const harness = pipelineHarness<Sale>(seconds, { partitions: 2 });
        for (const each of steps) {
          if (typeof each === 'object') {
            plain.push(each);
            harness.push(each);
          } else if (each === 'redeliver') await harness.redeliver(5);
          else await harness[each as 'commit']();
        }
        for (const each of [plain, harness]) {
          each.idle();
          await each.commit();
        }
        expect(await harness.rows(bySecond)).to.eql(await plain.rows(bySecond));
        expect(await harness.deadLetters()).to.eql(await plain.deadLetters());
      }),
      { numRuns: 80 },
    );
  });

  it('rolls back a record that fails after the window, with the row that it updated', async () => {
    const touchy = pipeline('touchy', { sales }, ({ sales }) => [
      into(
        bySecond,
        sales.pipe(
          tumblingWindow('w', { ...options, allowedLateness: 60_000 }),
          map(({ window, key: [item], value }) => {
            if (value.amount > 100) throw new Error('too much');
            return { second: window.start, item, ...value };
          }),
        ),
      ),
    ]);
    const harness = pipelineHarness<Sale>(touchy, { partitions: 1 });
    await harness.play(marbles('a--az', at));
    harness.push(sale({ time: 600, amount: 3 }));
    await harness.commit();
    expect((await harness.rows(bySecond)).map(({ second, amount }) => [second, amount])).to.eql([[0, 4]]);
    expect((await harness.deadLetters()).map(({ offset, cause }) => [offset, cause])).to.eql([[2, 'too much']]);
  });

  it('needs a shard column unless every key begins with the key of the stream', async () => {
    const windowed = (key: (s: Sale) => readonly [string]): ReturnType<typeof pipeline> =>
      pipeline('windowed', { sales }, ({ sales }) => [
        into(
          byUser,
          sales.pipe(
            tumblingWindow('w', { ...options, key }),
            map(({ key: [user], value }) => ({ user, ...value })),
          ),
        ),
      ]);
    const partial = pipelineHarness<Sale>(windowed((s) => [s.item]));
    expect(await codeOf(() => partial.play(marbles('a--a', at)))).to.equal('ERR_SHARD_MISSING');
    const whole = pipelineHarness<Sale>(windowed((s) => [s.user]));
    await whole.play(marbles('a--a|', at));
    expect(await whole.rows(byUser)).to.eql([{ user: 'ann', amount: 1, count: 1 }]);
  });

  it('rejects an invalid size', async () => {
    for (const size of [0, -1, 1.5, Number.NaN]) {
      expect(await codeOf(() => tumblingWindow('w', { ...options, size }))).to.equal('ERR_PIPELINE_INVALID');
    }
  });
});
