import { expect } from 'chai';
import fc from 'fast-check';
import { codeOf } from '@stockafolio/conformance';
import { crc32 } from '@stockafolio/core/ports';
import type { SavedArray } from '@stockafolio/core/ports';
import { checksumOf, decodeContainer, encodeContainer } from './container.js';

const section: fc.Arbitrary<SavedArray> = fc.oneof(
  fc.int32Array(),
  fc.float64Array(),
  fc.bigInt64Array(),
  fc.uint8Array(),
);

describe('a checkpoint file', () => {
  it('returns its header and its arrays, at any offset in a buffer', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.array(section, { maxLength: 6 }), fc.nat(9), (header, sections, shift) => {
        const json = JSON.parse(JSON.stringify(header)) as unknown;
        const bytes = encodeContainer(json, sections);
        const shifted = new Uint8Array(bytes.length + shift).subarray(shift);
        shifted.set(bytes);
        const read = decodeContainer('x', shifted);
        expect(read.header).to.eql(json);
        expect(read.sections).to.eql(sections);
        expect(checksumOf(shifted)).to.equal(checksumOf(bytes));
      }),
    );
  });

  it('is rejected if it is torn, if a bit differs, or if it is not a checkpoint', async () => {
    const bytes = encodeContainer({ a: 1 }, [Int32Array.of(1, 2), new Uint8Array(3)]);
    for (let length = 0; length < bytes.length; length++) {
      expect(await codeOf(() => decodeContainer('x', bytes.slice(0, length)))).to.equal('ERR_CHECKPOINT_CORRUPT');
    }
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      if (bit >= 12 * 8 && bit < 16 * 8) continue; // padding
      const altered = bytes.slice();
      altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(await codeOf(() => decodeContainer('x', altered)), `bit ${bit}`).to.equal('ERR_CHECKPOINT_CORRUPT');
    }
  });

  it('has the standard CRC-32', () => {
    expect(crc32(new TextEncoder().encode('123456789')) >>> 0).to.equal(0xcbf43926);
    expect(crc32(new Uint8Array(0)) >>> 0).to.equal(0);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(9), fc.nat(100), (bytes, shift, cut) => {
        const shifted = new Uint8Array(bytes.length + shift).subarray(shift);
        shifted.set(bytes);
        expect(crc32(shifted)).to.equal(bitByBit(bytes));
        expect(crc32(shifted.subarray(cut), crc32(shifted.subarray(0, cut))), 'in two parts').to.equal(bitByBit(bytes));
      }),
      { numRuns: 1_000 },
    );
  });
});

/** The definition of CRC-32: division by the reflected polynomial. */
function bitByBit(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}
