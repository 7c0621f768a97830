import { readFileSync, readdirSync } from 'node:fs';
import { isStockafolioError } from '@stockafolio/core';
import { expect } from 'chai';
import fc from 'fast-check';
import { messagesOf } from '../protocol/record-set.js';
import { LARGEST, type Codec } from './codec.js';
import { loadCodec } from './load-codec.js';
import { readByPackage } from './zstd.js';

const folder = new URL('../../../test/kafka/compressed/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.batches'));

/** The messages that test/kafka/compressed/README.md describes. */
const wanted = Array.from({ length: 500 }, (_, n) => ({
  offset: n,
  timestamp: 1_767_600_000_000 + n,
  key: `key-${n}`,
  value: `{"n":${n},"text":"${'round and round '.repeat(n % 20)}"}`,
}));

async function read(bytes: Buffer): Promise<unknown[]> {
  const got: unknown[] = [];
  for await (const { messages } of messagesOf({ bytes, from: 0, aborted: [] }, 100)) {
    for (const { offset, timestamp, key, value } of messages)
      got.push({ offset, timestamp, key: String(key), value: String(value) });
  }
  return got;
}

describe('compressed batches', () => {
  for (const name of files) {
    it(`are read as other clients wrote them: ${name}`, async () => {
      expect(await read(readFileSync(new URL(name, folder)))).to.deep.equal(wanted);
    });
  }

  it('come from Java and librdkafka, with every compression, and differ in framing', () => {
    expect(files).to.have.length(8);
    const [java, other] = ['java', 'librdkafka'].map((writer) =>
      readFileSync(new URL(`${writer}-snappy.batches`, folder)),
    );
    expect(java?.includes('SNAPPY')).to.equal(true);
    expect(other?.includes('SNAPPY')).to.equal(false);
  });

  it('that are damaged anywhere give an error or the original, and never end the process', async () => {
    const whole = new Map(
      await Promise.all(files.map(async (name) => [name, readFileSync(new URL(name, folder))] as const)),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...files),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(255),
        async (name, where, byte) => {
          const bytes = Buffer.from(whole.get(name) ?? []);
          const at = 61 + Math.floor(where * (bytes.length - 62));
          bytes[at] = (bytes[at] ?? 0) ^ byte;
          const got = await read(bytes).catch((error: unknown) => error);
          expect(got instanceof Error || Array.isArray(got)).to.equal(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('that would fill the memory are rejected before they do', async () => {
    const bomb = Buffer.alloc(LARGEST + 1);
    const [gzip, snappy] = [await loadCodec('gzip'), await loadCodec('snappy')];
    expect(() => gzip.decompress(gzip.compress(bomb))).to.throw(RangeError);
    // A block that only claims this size.
    expect(() => snappy.decompress(Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 1, 2]))).to.throw(RangeError);
  });
});

describe('zstd', () => {
  it('is read by the package if Node has none, as Java and librdkafka write it', async () => {
    const codec: Codec = await readByPackage();
    for (const name of files.filter((each) => each.includes('zstd'))) {
      const records = codec.decompress(readFileSync(new URL(name, folder)).subarray(61));
      expect(records.includes('"n":499')).to.equal(true);
      expect(records.toString('latin1').match(/"n":\d+/g)).to.have.length(500);
    }
  });

  it('names the Node version that can write it, if this one cannot', async () => {
    const codec = await readByPackage();
    let thrown: unknown;
    try {
      codec.compress(Buffer.from('a'));
    } catch (error) {
      thrown = error;
    }
    expect(isStockafolioError(thrown, 'ERR_USAGE') && thrown.hint).to.match(/22\.15/);
  });
});
