import { expect } from 'chai';
import fc from 'fast-check';
import { murmur2, murmur2OfAscii } from '../hash/murmur2.js';
import { choosePartition, partitionOf } from './index.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('partitioners', () => {
  it('murmur2 of a text equals that of its bytes, and is undefined for a text that is not ASCII', () => {
    const ascii = fc.string({
      unit: fc.integer({ min: 0, max: 0x7f }).map((c) => String.fromCharCode(c)),
      maxLength: 40,
    });
    fc.assert(
      fc.property(ascii, (text) => {
        expect(murmur2OfAscii(text)).to.equal(murmur2(bytes(text)));
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 12 }), (text) => {
        const isAscii = bytes(text).length === text.length;
        expect(murmur2OfAscii(text)).to.equal(isAscii ? murmur2(bytes(text)) : undefined);
      }),
    );
  });

  it('crc32 is CRC-32 of the key modulo the number of partitions, as librdkafka does for keys that are not empty', () => {
    // The check value of CRC-32/ISO-HDLC, and two more of zlib.
    for (const [key, crc] of [
      ['123456789', 0xcbf43926],
      ['a', 0xe8b7be43],
      ['The quick brown fox jumps over the lazy dog', 0x414fa339],
    ] as const) {
      for (const partitions of [1, 2, 7, 100]) {
        expect(choosePartition('crc32', bytes(key), partitions)).to.equal(crc % partitions);
      }
    }
  });

  it('murmur2 is the default of the producers, and a function is called itself', () => {
    expect(choosePartition('murmur2', bytes('ann'), 5)).to.equal(partitionOf(bytes('ann'), 5));
    expect(choosePartition((key, partitions) => (key[0] ?? 0) % partitions, bytes('c'), 10)).to.equal(9);
  });
});
