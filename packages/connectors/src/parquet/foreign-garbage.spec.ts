import { readFile, readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { expect } from 'chai';
import fc from 'fast-check';
import { parquetMetadata, type ColumnMetaData, type CompressionCodec } from 'hyparquet';
import { type Fields, isStockafolioError, record, type RecordSchema } from '@stockafolio/core';
import { memoryFiles } from '@stockafolio/testing';
import { Foreign, lawfulRows } from '../../test/foreign-parquet/law.js';
import { withFooter } from '../../test/foreign-parquet/rewritten.js';
import { readDeltas } from './deltas.js';
import { decompressorsFor, decompressPage } from './decompressors.js';
import { decodeHybrid } from './hybrid.js';
import { openParquet, readRows } from './index.js';
import { loadParquetPeers, parquetPeers } from './peers.js';

const FOLDER = fileURLToPath(new URL('../../test/foreign-parquet/files/', import.meta.url));
const bytesOf = async (name: string): Promise<Uint8Array> => new Uint8Array(await readFile(`${FOLDER}${name}`));

before(loadParquetPeers);

const fields: readonly string[] = Foreign.names;

/** The rows of a file, or the code of the error from reading it; any other error fails the test. */
async function outcome(bytes: Uint8Array, asked = fields): Promise<object[] | string> {
  const files = memoryFiles();
  files.contents.set('x', bytes);
  try {
    const file = await openParquet(files, 'x');
    const there = Object.entries(Foreign.fields).filter(
      ([name]) => asked.includes(name) && file.columns.includes(name),
    );
    if (there.length === 0) return 'no field of the law';
    const schema: RecordSchema<Fields> = record('x', Object.fromEntries(there));
    const rows: object[] = [];
    for await (const batch of readRows(file, schema)) rows.push(...batch);
    return rows;
  } catch (error) {
    if (isStockafolioError(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
}

const flipped = (bytes: Uint8Array, at: number, mask: number): Uint8Array => {
  const garbled = bytes.slice();
  garbled[at] = (garbled[at] ?? 0) ^ mask;
  return garbled;
};

/** The byte ranges of a file's page bodies, which page checksums cover; of the columns that are read. */
function pageBodies(bytes: Uint8Array): { start: number; end: number }[] {
  const chunks = parquetMetadata(bytes, { geoparquet: false }).row_groups.flatMap(({ columns }) => columns);
  return chunks.flatMap(({ meta_data: meta }) => {
    if (meta === undefined || !fields.includes(meta.path_in_schema.join('.'))) return [];
    const first = Math.min(
      ...[meta.dictionary_page_offset ?? 0n, meta.data_page_offset].map(Number).filter((n) => n > 0),
    );
    const reader = { view: new DataView(bytes.buffer, bytes.byteOffset), offset: first };
    const bodies = [];
    while (reader.offset < first + Number(meta.total_compressed_size)) {
      const { compressed_page_size } = parquetPeers().parquetHeader(reader);
      bodies.push({ start: reader.offset, end: reader.offset + compressed_page_size });
      reader.offset += compressed_page_size;
    }
    return bodies;
  });
}

describe('garbage in a Parquet file of another writer', () => {
  it('is ERR_PARQUET_CORRUPT if the file is torn, at any length', async () => {
    for (const name of await readdir(FOLDER)) {
      const whole = await bytesOf(name);
      const lengths = fc.sample(fc.nat(whole.length - 1), { numRuns: 100, seed: 1 });
      for (const length of lengths) {
        expect(await outcome(whole.slice(0, length)), `${name} ${length}`).to.match(/^ERR_PARQUET_CORRUPT/);
      }
    }
  });

  it('is an error with a code, or rows: never anything else, and never an endless loop', async () => {
    for (const name of await readdir(FOLDER)) {
      const whole = await bytesOf(name);
      const mask = fc.integer({ min: 1, max: 255 });
      const anywhere = fc.sample(fc.tuple(fc.nat(whole.length - 1), mask), { numRuns: 50, seed: 1 });
      const footer = whole.length - 8 - new DataView(whole.buffer).getUint32(whole.length - 8, true);
      const inFooter = fc.tuple(fc.integer({ min: footer, max: whole.length - 9 }), mask);
      for (const [at, mask] of [...anywhere, ...fc.sample(inFooter, { numRuns: 150, seed: 1 })]) {
        const found = await outcome(flipped(whole, at, mask));
        if (typeof found === 'string') {
          expect(found, `${name} ${at} ${mask}`).to.match(/^(ERR_PARQUET_|ERR_OVERFLOW|no field of the law)/);
        }
      }
    }
  });

  it('is detected in every page that has a checksum', async () => {
    for (const name of [
      'pyarrow-gzip-v1-plain.parquet',
      'pyarrow-lz4-raw-v2.parquet',
      'spark-gzip-v1-millis.parquet',
    ]) {
      const whole = await bytesOf(name);
      const bodies = pageBodies(whole);
      expect(bodies.length, name).to.be.greaterThan(12);
      for (const { start, end } of bodies) {
        for (const at of new Set([start, (start + end) >> 1, end - 1])) {
          expect(await outcome(flipped(whole, at, 0x10)), `${name} ${at}`).to.match(/does not match its checksum/);
        }
      }
    }
  });
});

describe('a claim of a Parquet file', () => {
  it('about its rows is rejected past the limit', async () => {
    const whole = await bytesOf('pyarrow-zstd-v2.parquet');
    const claims = withFooter(whole, (metadata) => {
      for (const group of metadata.row_groups) group.num_rows = 2n ** 40n;
      metadata.num_rows = 2n ** 40n * BigInt(metadata.row_groups.length);
    });
    expect(await outcome(claims)).to.match(/^ERR_PARQUET_UNSUPPORTED: .* row group of 1099511627776 rows/);
    const more = withFooter(whole, (metadata) => {
      for (const group of metadata.row_groups) group.num_rows += 1n;
      metadata.num_rows += BigInt(metadata.row_groups.length);
    });
    expect(await outcome(more)).to.match(/^ERR_PARQUET_CORRUPT: .*contradicts itself/);
  });

  it('about an unsupported compression, or encryption, is rejected by name', async () => {
    const whole = await bytesOf('pyarrow-snappy-v1.parquet');
    for (const codec of ['LZO', 'LZ4'] as const) {
      const other = withFooter(whole, ({ row_groups }) => {
        for (const { meta_data } of row_groups.flatMap(({ columns }) => columns))
          if (meta_data) meta_data.codec = codec;
      });
      expect(await outcome(other)).to.match(new RegExp(`^ERR_PARQUET_UNSUPPORTED: .*unsupported compression ${codec}`));
    }
    const sealed = await bytesOf('../refused/pyarrow-encrypted-footer.parquet');
    expect(await outcome(sealed)).to.match(/^ERR_PARQUET_UNSUPPORTED: .*it is encrypted/);
    const half = await bytesOf('../refused/pyarrow-encrypted-column.parquet');
    expect(await outcome(half)).to.match(/^ERR_PARQUET_UNSUPPORTED: .*column 'id' is encrypted/);
    expect(await outcome(half, ['small'])).to.deep.equal(lawfulRows().map(({ small }) => ({ small })));
  });

  it('about the size of a page allocates no memory that its bytes could not fill', async () => {
    const content = Buffer.from('a page of Parquet, a page of Parquet, a page of Parquet');
    const pages: Partial<Record<CompressionCodec, Uint8Array>> = {
      GZIP: gzipSync(content),
      BROTLI: brotliCompressSync(content),
      // 19 literals, then a copy of the rest from 19 before, then the last five as literals.
      LZ4_RAW: Buffer.concat([
        Buffer.from([0xff, 4]),
        content.subarray(0, 19),
        Buffer.from([19, 0, 12]),
        Buffer.from([0x50]),
        content.subarray(-5),
      ]),
      ZSTD: Buffer.concat([Buffer.from('28b52ffd0058' + 'b90100', 'hex'), content]),
      SNAPPY: Buffer.concat([Buffer.from([55, 54 << 2]), content]),
    };
    for (const [name, page] of Object.entries(pages)) {
      const codec = name as CompressionCodec;
      const decompressors = await decompressorsFor([{ codec } as ColumnMetaData]);
      const read = (size: number): string => Buffer.from(decompressPage(decompressors, codec, page, size)).toString();
      expect(read(content.length), name).to.equal(content.toString());
      for (const size of [content.length - 1, content.length + 1, 2 ** 31 - 1, -1]) {
        expect(() => read(size), `${name} ${size}`).to.throw();
      }
    }
  });

  it('about runs and deltas reads no further than needed', () => {
    const output = new Uint32Array(10);
    decodeHybrid(
      Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0e, 7).map((b, i) => (i === 0 ? 0xfe : b)),
      3,
      output,
    );
    expect([...output]).to.deep.equal(new Array(10).fill(7));
    expect(() => decodeHybrid(Uint8Array.of(3, 1), 8, output)).to.throw(RangeError);
    expect(() => decodeHybrid(Uint8Array.of(0, 0, 0), 0, output)).to.throw(RangeError);
    for (const header of [
      [0, 0, 10, 0],
      [128, 1, 0, 10, 0],
      [128, 1, 4, 11, 0],
      [128, 1, 4, 10, 0, 0, 64, 64, 64, 64],
    ]) {
      expect(() => readDeltas({ bytes: Uint8Array.from(header), offset: 0 }, 10, 64), `${header}`).to.throw(RangeError);
    }
  });
});

describe('packed numbers', () => {
  it('of every width are unpacked unchanged', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 32 }),
        fc.array(fc.nat(), { minLength: 1, maxLength: 40 }),
        (bits, numbers) => {
          const values = numbers.map((n) => n % 2 ** bits);
          const groups = Math.ceil(values.length / 8);
          let stream = 0n;
          values.forEach((value, i) => (stream |= BigInt(value) << BigInt(i * bits)));
          const bytes = Uint8Array.from({ length: groups * bits }, (_, i) => Number((stream >> BigInt(8 * i)) & 0xffn));
          const output = new Uint32Array(values.length);
          decodeHybrid(Uint8Array.of(groups * 2 + 1, ...bytes), bits, output);
          expect([...output]).to.deep.equal(values);
        },
      ),
    );
  });
});
