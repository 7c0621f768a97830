import { isStockafolioError } from '@stockafolio/core';
import type { SourceMessage } from '@stockafolio/core/ports';
import { expect } from 'chai';
import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { loadCodec } from '../compression/load-codec.js';
import { ByteReader, int64At } from './byte-reader.js';
import { ByteWriter, varintSize } from './byte-writer.js';
import { crc32c } from './crc32c.js';
import { messagesOf, offsetAfter, type RecordSet } from './record-set.js';
import { writeBatch, type Packing, type TimedMessage } from './write-batch.js';

const producer = { producerId: 7n, epoch: 0, sequence: 0 };
const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');

/** A batch as it is in a topic that had this many messages before it. */
function placed(batch: Buffer, baseOffset: number): Buffer {
  const copy = Buffer.from(batch);
  copy.writeBigInt64BE(BigInt(baseOffset), 0);
  return copy;
}

const message = fc.record({
  key: fc.option(fc.uint8Array({ maxLength: 300 })),
  value: fc.uint8Array({ maxLength: 3_000 }),
  timestamp: fc.integer({ min: 0, max: 4e12 }),
  headers: fc.option(fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }), fc.string({ maxLength: 8 })), {
    nil: undefined,
  }),
});

interface Drawn extends Omit<TimedMessage, 'headers'> {
  readonly headers: Record<string, string> | undefined;
}

const timed = ({ headers, ...rest }: Drawn): TimedMessage =>
  headers === undefined || Object.keys(headers).length === 0 ? rest : { ...rest, headers: { ...headers } };

const shown = ({ key, value, timestamp, headers }: Omit<SourceMessage, 'offset'>): unknown => [
  key === null ? null : [...key],
  [...(value ?? [])],
  timestamp,
  Object.entries(headers ?? {}),
];

describe('the types of the protocol', () => {
  it('are read as they were written, however the buffer grows', () => {
    const number = fc.integer({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER });
    fc.assert(
      fc.property(number, fc.string(), fc.uint8Array({ maxLength: 100 }), (n, text, raw) => {
        const writer = new ByteWriter(1).int64(n).string(text).int8(-7).int16(-300).bytes(Buffer.from(raw));
        writer
          .compactString(text)
          .unsigned(Math.abs(n))
          .array([1, 2], (each) => void writer.int32(each));
        const reader = new ByteReader(writer.written);
        expect(reader.int64()).to.equal(n);
        expect(reader.string()).to.equal(text);
        expect([reader.int8(), reader.int16()]).to.deep.equal([-7, -300]);
        expect([...reader.bytes()]).to.deep.equal([...raw]);
        expect(reader.compactString()).to.equal(text);
        expect(reader.unsigned()).to.equal(Math.abs(n));
        expect(reader.array(() => reader.int32())).to.deep.equal([1, 2]);
        const varint = Math.trunc(n / 2);
        expect(new ByteWriter(1).varint(varint).length).to.equal(varintSize(varint));
      }),
    );
  });

  it('refuse an offset that a number cannot hold, instead of rounding it', () => {
    const large = Buffer.alloc(8);
    large.writeBigInt64BE(2n ** 53n - 1n);
    expect(int64At(large, 0)).to.equal(Number.MAX_SAFE_INTEGER);
    large.writeBigInt64BE(2n ** 53n);
    let code = '';
    try {
      int64At(large, 0);
    } catch (error) {
      if (isStockafolioError(error)) ({ code } = error);
    }
    expect(code).to.equal('ERR_OVERFLOW');
  });

  it('have the checksum of RFC 3720', () => {
    expect(crc32c(bytes('123456789')) >>> 0).to.equal(0xe306_9283);
    expect(crc32c(new Uint8Array(32)) >>> 0).to.equal(0x8a91_36aa);
    expect(crc32c(new Uint8Array(32).fill(0xff)) >>> 0).to.equal(0x62a8_ab43);
  });
});

describe('a record set', () => {
  const packings: (Packing | undefined)[] = [undefined];

  before(async () => {
    for (const compression of ['gzip', 'snappy', 'lz4', 'zstd'] as const) {
      // Node 20 can read it, but not write it.
      if (compression === 'zstd' && !('zstdCompressSync' in zlib)) continue;
      packings.push({ compression, codec: await loadCodec(compression) });
    }
  });

  it('returns the messages that were written, from any offset, plain or compressed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(message, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 4 }),
        fc.nat(40),
        fc.constantFrom(...packings),
        fc.integer({ min: 1, max: 12 }),
        async (batches, skip, packing, most) => {
          const base = 2 ** 40;
          let offset = base;
          const parts = batches.map((each) => {
            const part = placed(writeBatch(each.map(timed), producer, packing), offset);
            offset += each.length;
            return part;
          });
          const set = { bytes: Buffer.concat(parts), from: base + skip, aborted: [] };
          const all = batches.flat().map((each, n) => ({ ...timed(each), offset: base + n }));
          const wanted = all.filter((each) => each.offset >= base + skip);
          const pieces = await piecesOf(set, most);
          const got = pieces.flat();
          expect(pieces.slice(0, -1).every(({ length }) => length === most)).to.equal(true);
          expect(pieces.at(-1)?.length ?? 1).to.be.within(1, most);
          expect(got.map(({ offset: at }) => at)).to.deep.equal(wanted.map(({ offset: at }) => at));
          expect(got.map(shown)).to.deep.equal(wanted.map(shown));
          expect(offsetAfter(set)).to.equal(offset);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('ends before a truncated batch', async () => {
    const whole = placed(writeBatch([{ key: null, value: bytes('a'), timestamp: 1 }], producer), 5);
    const cut = placed(writeBatch([{ key: null, value: bytes('b'), timestamp: 1 }], producer), 6).subarray(0, -1);
    const set = { bytes: Buffer.concat([whole, cut]), from: 5, aborted: [] };
    expect((await piecesOf(set, 9)).flat().map(({ offset }) => offset)).to.deep.equal([5]);
    expect(offsetAfter(set)).to.equal(6);
    expect(offsetAfter({ ...set, bytes: cut })).to.equal(undefined);
  });

  it('reports what it cannot read', async () => {
    const batch = placed(writeBatch([{ key: null, value: bytes('a'), timestamp: 1 }], producer), 0);
    const unknown = Buffer.from(batch);
    unknown.writeInt16BE(5, 21);
    const old = Buffer.from(batch);
    old.writeInt8(1, 16);
    for (const [bad, names] of [
      [unknown, /compression 5/],
      [old, /format 1/],
    ] as const) {
      const error: unknown = await piecesOf({ bytes: bad, from: 0, aborted: [] }, 9).catch((thrown: unknown) => thrown);
      expect(isStockafolioError(error, 'ERR_SOURCE_UNSUPPORTED')).to.equal(true);
      expect(String(error)).to.match(names);
    }
  });
});

async function piecesOf(set: RecordSet, most: number): Promise<SourceMessage[][]> {
  const pieces: SourceMessage[][] = [];
  for await (const { messages } of messagesOf(set, most)) pieces.push([...messages]);
  return pieces;
}
