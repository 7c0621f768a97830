import { isStockafolioError } from '@stockafolio/core';
import { expect } from 'chai';
import fc from 'fast-check';
import { TimeOrder } from './in-time-order.js';
import type { ImportedLine } from './trade-mapper.js';

const value = new Uint8Array();
/** Lines with these times; those without one are not trades. */
const lines = (times: readonly (number | undefined)[]): ImportedLine[] =>
  times.map((time, i) => ({
    file: 'trades.csv',
    line: i + 2,
    key: null,
    value,
    ...(time === undefined ? { problem: 'bad' } : { time }),
  }));

async function ordered(times: readonly (number | undefined)[], order = new TimeOrder(), size = 3): Promise<number[]> {
  const all = lines(times);
  async function* batches(): AsyncGenerator<readonly ImportedLine[]> {
    for (let at = 0; at < all.length; at += size) yield all.slice(at, at + size);
  }
  const found: number[] = [];
  for await (const batch of order.of(batches())) found.push(...batch.map(({ line }) => line));
  return found;
}

describe('lines of a file in the order of their times', () => {
  it('are all there once, and no trade is older than the one before it', async () => {
    const time = fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(fc.array(time, { maxLength: 30 }), fc.integer({ min: 1, max: 7 }), async (times, size) => {
        const found = await ordered(times, new TimeOrder(), size);
        expect(found.toSorted((a, b) => a - b)).to.deep.equal(times.map((_, i) => i + 2));
        const sorted = found.flatMap((line) => times[line - 2] ?? []);
        expect(sorted).to.deep.equal(sorted.toSorted((a, b) => a - b));
      }),
    );
  });

  it('keep the order of the file where that is the order of times, and within one time', async () => {
    const order = new TimeOrder();
    expect(await ordered([1, 1, undefined, 2, 2], order)).to.deep.equal([2, 3, 4, 5, 6]);
    expect(order.change).to.equal('none');
    expect(await ordered([1, 3, 2, 3, undefined, 4], order)).to.deep.equal([2, 4, 3, 5, 6, 7]);
    expect(order.change).to.equal('sorted');
  });

  it('are those of a newest-first file from its end, even within one time', async () => {
    const order = new TimeOrder();
    expect(await ordered([3, 2, 2, 1], order)).to.deep.equal([5, 4, 3, 2]);
    expect(order.change).to.equal('reversed');
  });

  it('of a file that is too long stay as they are, and are counted; newest first it is rejected before its first line', async () => {
    const order = new TimeOrder(4);
    expect(await ordered([1, 2, 3, 2, 4, 5, 4, 6], order)).to.deep.equal([2, 3, 4, 5, 6, 7, 8, 9]);
    expect([order.change, order.behind]).to.deep.equal(['none', 2]);
    const error: unknown = await ordered([9, 8, 7, 6, 5], new TimeOrder(4)).catch((thrown: unknown) => thrown);
    expect(isStockafolioError(error, 'ERR_USAGE') && error.message).to.match(/newest first.*more than the 4 lines/);
  });
});
