import type { Codec } from '@stockafolio/core/ports';
import { expect } from 'chai';
import fc from 'fast-check';

export interface CodecHarness<T> {
  readonly codec: Codec<T>;
  /** Records that can be written. */
  readonly records: fc.Arbitrary<T>;
  /** Runs of the property tests; defaults to 200. */
  readonly runs?: number;
}

/** The contract of the port `Codec`, for every implementation. */
export function runCodecContract<T>(name: string, { codec, records, runs = 200 }: CodecHarness<T>): void {
  const position = { partition: 1, offset: 2 };

  describe(`${name} keeps the contract of Codec`, () => {
    it('reads back what it wrote, and writes the same again', () => {
      fc.assert(
        fc.property(records, (record) => {
          const bytes = codec.encode(record);
          const read = codec.decode(bytes, position);
          expect(read).to.deep.equal(record);
          expect(codec.encode(read)).to.deep.equal(bytes);
        }),
        { numRuns: runs },
      );
    });

    it('does not change the bytes, wherever in a buffer they are', () => {
      fc.assert(
        fc.property(records, fc.nat(20), (record, shift) => {
          const bytes = codec.encode(record);
          const buffer = new Uint8Array(bytes.length + 2 * shift).fill(0x7d);
          buffer.set(bytes, shift);
          const before = buffer.slice();
          expect(codec.decode(buffer.subarray(shift, shift + bytes.length), position)).to.deep.equal(record);
          expect(buffer).to.deep.equal(before);
        }),
        { numRuns: runs },
      );
    });

    it('returns a record or a bad-record error, whatever the bytes', () => {
      const damaged = fc
        .tuple(records, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), fc.nat())
        .map(([record, changes, length]) => {
          const bytes = codec.encode(record).slice();
          for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
          return length % 3 === 0 ? bytes.slice(0, length % (bytes.length + 1)) : bytes;
        });
      fc.assert(
        fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 200 })), (bytes) => {
          try {
            codec.decode(bytes, position);
          } catch (error) {
            expect(error).to.include({ code: 'ERR_BAD_RECORD' });
            expect((error as { problems?: unknown }).problems).to.be.an('array').that.is.not.empty;
          }
        }),
        { numRuns: 2 * runs },
      );
    });
  });
}
