import { expect } from 'chai';
import type { PartitionRange } from '@stockafolio/core/ports';
import { virtualClock } from '@stockafolio/testing';
import { SourceEnds } from './source-ends.js';

const range = (partition: number, end: number, oldest = 0): PartitionRange => ({ partition, oldest, end });

describe('how many messages are in the source and not in the tables', () => {
  it('is counted over all partitions: idle ones and expired messages count as none', async () => {
    const ends = new SourceEnds({ ranges: async () => [range(0, 100), range(1, 7), range(2, 50, 40)] }, virtualClock());
    const offsets = new Map([
      [0, 90],
      [1, 7],
    ]);
    expect(await ends.behind(offsets)).to.equal(10 + 0 + 10);
  });

  it('is never negative, even if the tables have advanced since the source was asked', async () => {
    const ends = new SourceEnds({ ranges: async () => [range(0, 100)] }, virtualClock());
    expect(await ends.behind(new Map([[0, 120]]))).to.equal(0);
  });

  it('is unknown for a source that does not answer, and nobody waits long for it', async () => {
    const clock = virtualClock();
    const ends = new SourceEnds({ ranges: () => new Promise(() => undefined) }, clock);
    const first = ends.behind(new Map());
    await clock.advance(300);
    expect(await first).to.equal(null);
    expect(await ends.behind(new Map()), 'at once').to.equal(null);
  });

  it('becomes unknown when the source has not answered for a while, and known again when it does', async () => {
    const clock = virtualClock();
    let fails = false;
    let asked = 0;
    const ends = new SourceEnds(
      { ranges: async () => (asked++, fails ? Promise.reject(new Error('no broker')) : [range(0, 5)]) },
      clock,
    );
    expect(await ends.behind(new Map())).to.equal(5);
    fails = true;
    await clock.advance(5_000);
    expect(await ends.behind(new Map())).to.equal(5);
    await clock.advance(6_000);
    expect(await ends.behind(new Map())).to.equal(null);
    fails = false;
    await clock.advance(1_000);
    expect(await ends.behind(new Map())).to.equal(5);
    const before = asked;
    for (let n = 0; n < 10; n++) await ends.behind(new Map());
    expect(asked - before, 'asked once a second at most').to.equal(0);
  });
});
