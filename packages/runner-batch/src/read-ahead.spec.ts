import { expect } from 'chai';
import { readAhead } from './read-ahead.js';

describe('readAhead', () => {
  class Counting {
    asked = 0;
    closed = false;
    readonly items: AsyncIterable<number>;

    constructor(count: number, fails: boolean) {
      this.items = this.#items(count, fails);
    }

    async *#items(count: number, fails: boolean): AsyncGenerator<number> {
      try {
        for (let n = 0; n < count; n++) {
          this.asked++;
          yield n;
        }
        if (fails) throw new Error('torn');
      } finally {
        this.closed = true;
      }
    }
  }
  const counting = (count: number, fails = false): Counting => new Counting(count, fails);

  it('loads one item ahead, and never more, while one is in use', async () => {
    const state = counting(5);
    const seen: number[] = [];
    for await (const n of readAhead(state.items)) {
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(n);
      expect(state.asked).to.equal(Math.min(5, n + 2));
    }
    expect(seen).to.deep.equal([0, 1, 2, 3, 4]);
    expect(state.closed).to.equal(true);
  });

  it('returns the items before an error, and then the error', async () => {
    const seen: number[] = [];
    let error: unknown;
    try {
      for await (const n of readAhead(counting(2, true).items)) seen.push(n);
    } catch (thrown) {
      error = thrown;
    }
    expect(seen).to.deep.equal([0, 1]);
    expect(error).to.be.instanceOf(Error).with.property('message', 'torn');
  });

  it('closes its source when its reader stops', async () => {
    const state = counting(5);
    for await (const n of readAhead(state.items)) if (n === 1) break;
    expect(state.closed).to.equal(true);
  });
});
