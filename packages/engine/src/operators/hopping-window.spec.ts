import { expect } from 'chai';
import { map } from 'rxjs';
import { addTo, bySecond, type Sale, sale, sales, Sum } from '@stockafolio/conformance';
import { hoppingWindow, into, pipeline } from '@stockafolio/core';
import { marbles, pipelineHarness, trace } from '@stockafolio/testing';

const options = { size: 3_000, step: 1_000, key: (s: Sale) => [s.item] as const, state: Sum, fold: addTo };
const at = { a: (time: number): Sale => sale({ time }), z: (): Sale => sale({ amount: 10, time: 2_500 }) };

describe('hoppingWindow', () => {
  it('counts a record in every window that holds it', async () => {
    const seen = await trace(sales, marbles('---a-a~', at), (sales) => sales.pipe(hoppingWindow('h', options)));
    expect(seen.map(({ at, value: { window, value } }) => [at, window.start, window.end, value.amount])).to.eql([
      ['a', 1_000, 4_000, 1],
      ['a', 2_000, 5_000, 1],
      ['~', 3_000, 6_000, 2],
      ['~', 4_000, 7_000, 1],
      ['~', 5_000, 8_000, 1],
    ]);
  });

  it('counts a late record in the windows that are still open, and dead-letters it once for the others', async () => {
    const late = pipeline('late', { sales }, ({ sales }) => [
      into(
        bySecond,
        sales.pipe(
          hoppingWindow('h', options),
          map(({ window, key: [item], value }) => ({ second: window.start, item, ...value })),
        ),
      ),
    ]);
    const harness = pipelineHarness<Sale>(late, { partitions: 1 });
    await harness.play(marbles('----(az)~|', at));
    expect((await harness.rows(bySecond)).map(({ second, amount }) => [second, amount])).to.eql([
      [2_000, 11],
      [3_000, 1],
      [4_000, 1],
    ]);
    const rejected = await harness.deadLetters();
    expect(rejected.map(({ offset, operator, code }) => [offset, operator, code])).to.eql([
      [1, 'h', 'ERR_LATE_RECORD'],
    ]);
    expect(harness.engines[0]?.setAside).to.equal(1);
  });
});
