import { expect } from 'chai';
import fc from 'fast-check';
import { murmur2, partitionOf } from './murmur2.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('murmur2', () => {
  it("returns the values of Kafka's own tests, so a key is in the partition that Kafka's producers choose", () => {
    for (const [key, hash] of [
      ['21', -973932308],
      ['foobar', -790332482],
      ['a-little-bit-long-string', -985981536],
      ['a-little-bit-longer-string', -1486304829],
      ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
      ['abc', 479470107],
    ] as const) {
      expect(murmur2(bytes(key)), key).to.equal(hash);
    }
  });

  it('chooses one of the partitions, always the same', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.integer({ min: 1, max: 1_000 }), (key, partitions) => {
        const partition = partitionOf(key, partitions);
        expect(partition).to.be.within(0, partitions - 1);
        expect(partitionOf(key.slice(), partitions)).to.equal(partition);
      }),
    );
  });
});
