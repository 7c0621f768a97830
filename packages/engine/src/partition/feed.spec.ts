import { expect } from 'chai';
import { sale, type Sale } from '@stockafolio/conformance';
import { BadRecordError } from '@stockafolio/core';
import { feed, newEngine, shown, stateOf } from '../../test/engines.js';
import { Feed, type PartitionEngine } from '@stockafolio/engine';

const records: Sale[] = Array.from({ length: 1_000 }, (_, n) =>
  sale({ user: `u${n % 5}`, item: ['tea', 'rum'][n % 2] as string, amount: n % 7, time: n * 9 }),
);
const at = (offset: number): { offset: number; ingested: number } => ({ offset, ingested: offset * 2 });
const bad = new BadRecordError([]);

/** Passes on this many records, of which every `none`-th one is rejected. */
function fed(count: number, none = Infinity): { readonly engine: PartitionEngine; readonly feed: Feed } {
  const engine = newEngine();
  const made = new Feed(engine);
  records.slice(0, count).forEach((record, n) => {
    if (n % none === none - 1) made.reject(bad, new Uint8Array(0), at(n));
    else made.add(record, at(n));
  });
  return { engine, feed: made };
}

describe('Feed', () => {
  it('has the same result as records one by one, with rejected messages in between, in order', () => {
    for (const none of [Infinity, 1, 2, 100, 256, 257]) {
      const { engine, feed: made } = fed(1_000, none);
      made.end();
      const single = newEngine();
      records.forEach((record, n) => {
        if (n % none === none - 1) single.reject(bad, new Uint8Array(0), at(n));
        else feed(single, [record], n);
      });
      expect(shown(engine.position), String(none)).to.equal(shown(single.position));
      expect(stateOf(engine)).to.eql(stateOf(single));
      expect(engine.setAside).to.equal(single.setAside);
    }
  });

  it('passes on a full batch immediately, and the rest at the end, once', () => {
    for (const [count, before] of [
      [255, 0],
      [256, 256],
      [511, 256],
      [512, 512],
    ] as const) {
      const { engine, feed: made } = fed(count);
      expect(engine.position.offset).to.equal(before);
      made.end();
      made.end();
      expect(engine.position.offset).to.equal(count);
      expect(engine.position.version).to.equal((count - 1) * 9_000);
    }
  });

  it('records in a dead letter when the source received its message', () => {
    const { engine } = fed(300, 300);
    const [rejected] = engine.commit().filter(({ table: { name } }) => name === 'dead_letters');
    expect(rejected?.values.slice(2, 3)).to.eql([299]);
    expect(rejected?.values.at(-2)).to.equal(598);
  });
});
