import { expect } from 'chai';
import fc from 'fast-check';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { parquetWriteBuffer } from 'hyparquet-writer';
import {
  type Fields,
  int32,
  int64,
  isStockafolioError,
  money,
  oneOf,
  optional,
  record,
  type RecordSchema,
  text,
  timestamp,
} from '@stockafolio/core';
import { memoryFiles, type MemoryFiles } from '@stockafolio/testing';
import { anyTable } from '../../test/any-table.js';
import { openParquet, parquetColumns, readRows, writeParquet, type OpenParquetOptions } from './index.js';

const codeOf = async (attempt: Promise<unknown>): Promise<string> => {
  try {
    await attempt;
  } catch (error) {
    if (isStockafolioError(error)) return error.code;
    throw error;
  }
  return 'none';
};

const readAll = async <F extends Fields>(
  files: MemoryFiles,
  name: string,
  schema: RecordSchema<F>,
  options?: OpenParquetOptions,
): Promise<unknown[]> => {
  const rows: unknown[] = [];
  for await (const batch of readRows(await openParquet(files, name, options), schema)) rows.push(...batch);
  return rows;
};

const Trade = record('trade', {
  id: text(),
  user: text(),
  side: oneOf('buy', 'sell'),
  quantity: int32(),
  price: money(),
  lastTime: timestamp(),
  amends: optional(text()),
});
const trades = Array.from({ length: 100 }, (_, i) => ({
  id: `t${i}`,
  user: `u${i % 7}`,
  side: i % 2 === 0 ? ('buy' as const) : ('sell' as const),
  quantity: i + 1,
  price: 10_000 + i,
  lastTime: 1_484_924_400_000 + i,
  amends: i % 10 === 0 ? `t${i - 1}` : undefined,
}));
const written = async (rowGroupRows = 40): Promise<MemoryFiles> => {
  const files = memoryFiles();
  await writeParquet(files, 'trades', parquetColumns(Trade), [trades], { rowGroupRows, metadata: { origin: 'spec' } });
  return files;
};

describe('a Parquet file', () => {
  it('returns the rows of any schema exactly', async () => {
    await fc.assert(
      fc.asyncProperty(anyTable(), async ([schema, rows, rowGroupRows]) => {
        const files = memoryFiles();
        const result = await writeParquet(files, 'any', parquetColumns(schema), [rows], { rowGroupRows });
        expect(result).to.deep.equal({ rows: rows.length, bytes: files.contents.get('any')?.length });
        expect(await readAll(files, 'any', schema)).to.deep.equal(rows);
      }),
      { numRuns: 200 },
    );
  });

  it('returns many rows over many pages, and equal texts as the identical string', async () => {
    const files = memoryFiles();
    const portions = Array.from({ length: 10 }, () => trades);
    await writeParquet(files, 'many', parquetColumns(Trade), portions, { rowGroupRows: 300 });
    const file = await openParquet(files, 'many');
    expect([file.rows, ...file.rowGroups]).to.deep.equal([1000, 300, 300, 300, 100]);
    expect(await readAll(files, 'many', Trade)).to.deep.equal(portions.flat());
  });

  it('is read the same by other readers', async () => {
    const files = await written();
    const content = files.contents.get('trades') ?? new Uint8Array();
    const rows = await parquetReadObjects({ file: content.slice().buffer, compressors });
    // That reader makes doubles of decimals, so that 1.0011 is 1.0010999999999999.
    expect(rows[11]).to.deep.equal({
      id: 't11',
      user: 'u4',
      side: 'sell',
      quantity: 12,
      price: 10_011 * 10 ** -4,
      last_time: new Date(1_484_924_400_011),
      amends: null,
    });
    const file = await openParquet(files, 'trades');
    expect(file.metadata.get('origin')).to.equal('spec');
    expect(file.columns).to.deep.equal(['id', 'user', 'side', 'quantity', 'price', 'last_time', 'amends']);
  });

  it('of another writer is read as well', async () => {
    const files = memoryFiles();
    const content = parquetWriteBuffer({
      columnData: [
        { name: 'id', data: trades.map((t) => t.id), type: 'STRING', nullable: false },
        { name: 'quantity', data: trades.map((t) => t.quantity), type: 'INT32', encoding: 'DELTA_BINARY_PACKED' },
        { name: 'last_time', data: trades.map((t) => new Date(t.lastTime)), type: 'TIMESTAMP' },
        { name: 'amends', data: trades.map((t) => t.amends), type: 'STRING' },
        { name: 'side', data: trades.map((t) => t.side), type: 'STRING' },
      ],
    });
    await files.write('foreign', new Uint8Array(content));
    const Some = record('some', {
      id: text(),
      side: oneOf('buy', 'sell'),
      quantity: int32(),
      lastTime: timestamp(),
      amends: optional(text()),
      note: optional(text()),
    });
    const { length } = trades;
    const expected = trades.map(({ id, side, quantity, lastTime, amends }) => ({
      id,
      side,
      quantity,
      lastTime,
      amends,
      note: undefined,
    }));
    expect(await readAll(files, 'foreign', Some))
      .to.have.length(length)
      .and.to.deep.equal(expected);
  });

  it('of another writer may hold metadata copied from a file of ours, and empty pages', async () => {
    const files = memoryFiles();
    const content = parquetWriteBuffer({
      columnData: [
        { name: 'id', data: ['a', 'b'], type: 'STRING', nullable: false },
        { name: 'note', data: [null, null], type: 'STRING' },
      ],
      codec: 'UNCOMPRESSED',
      kvMetadata: [{ key: 'stockafolio.footer_crc32', value: '12345678' }],
    });
    await files.write('foreign', new Uint8Array(content));
    const Some = record('some', { id: text(), note: optional(text()) });
    expect(await readAll(files, 'foreign', Some)).to.deep.equal([
      { id: 'a', note: undefined },
      { id: 'b', note: undefined },
    ]);
  });

  it('of another writer may hold times in finer units: whole milliseconds are read, others are cut off or rejected', async () => {
    const moments = [1_484_924_400_123_000n, -1_000n, 0n];
    for (const [unit, factor] of [
      ['MICROS', 1n],
      ['NANOS', 1000n],
    ] as const) {
      const written = async (name: string, times: readonly bigint[]): Promise<MemoryFiles> => {
        const files = memoryFiles();
        const content = parquetWriteBuffer({
          columnData: [{ name: 'time', data: times.map((time) => time * factor) }],
          schema: [
            { name: 'root', num_children: 1 },
            {
              name: 'time',
              type: 'INT64',
              repetition_type: 'REQUIRED',
              logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit },
            },
          ],
        });
        await files.write(name, new Uint8Array(content));
        return files;
      };
      const Time = record('time', { time: timestamp() });
      const expected = [1_484_924_400_123, -1, 0].map((time) => ({ time }));
      expect(await readAll(await written('whole', moments), 'whole', Time)).to.deep.equal(expected);
      const fine = await written('fine', [1_484_924_400_123_456n, -1n, 0n]);
      expect(await codeOf(readAll(fine, 'fine', Time))).to.equal('ERR_PARQUET_UNSUPPORTED');
      expect(await readAll(fine, 'fine', Time, { finerTimes: 'cut' })).to.deep.equal(expected);
    }
  });

  it('is read only in the requested ranges', async () => {
    const files = memoryFiles();
    // Random texts, so that the columns lie too far apart to be read in one request.
    const Wide = record('wide', { a: int32(), filler: text({ max: 10_000 }), b: int32() });
    const noise = fc.sample(fc.string({ minLength: 5000, maxLength: 5000 }), { numRuns: 100, seed: 1 });
    await writeParquet(files, 'wide', parquetColumns(Wide), [noise.map((filler, i) => ({ a: i, filler, b: -i }))]);
    const file = await openParquet(files, 'wide');
    const before = files.reads.length;
    const ends = parquetColumns(record('ends', { a: int32(), b: int32() }));
    const [a, b] = await file.readColumns(0, ends);
    expect([a?.[99], b?.[99]]).to.deep.equal([99, -99]);
    const bytes = files.reads.slice(before).reduce((sum, { start, end }) => sum + end - start, 0);
    expect(files.reads.length - before).to.equal(2);
    expect(bytes).to.be.lessThan(2000);
  });
});

describe('a Parquet file that cannot be read', () => {
  it('is ERR_PARQUET_CORRUPT if it is torn, at any length, never wrong rows', async () => {
    const whole = (await written()).contents.get('trades') ?? new Uint8Array();
    for (let length = 0; length < whole.length; length++) {
      const torn = memoryFiles();
      torn.contents.set('trades', whole.slice(0, length));
      expect(await codeOf(readAll(torn, 'trades', Trade)), `${length}`).to.equal('ERR_PARQUET_CORRUPT');
    }
  });

  it('is an error or the same rows if a byte is garbled', async () => {
    const whole = (await written()).contents.get('trades') ?? new Uint8Array();
    const outcomes = new Set<string>();
    for (let at = 0; at < whole.length; at++) {
      for (const flip of [0x01, 0x80]) {
        const garbled = memoryFiles();
        const bytes = whole.slice();
        bytes[at] = (bytes[at] ?? 0) ^ flip;
        garbled.contents.set('trades', bytes);
        let rows: unknown[] = [];
        const code = await codeOf(readAll(garbled, 'trades', Trade).then((all) => (rows = all)));
        outcomes.add(code);
        if (code === 'none') expect(rows, `byte ${at}`).to.deep.equal(trades);
      }
    }
    expect([...outcomes].sort()).to.deep.equal(['ERR_PARQUET_CORRUPT', 'ERR_PARQUET_UNSUPPORTED', 'none']);
  });

  it('is ERR_PARQUET_UNSUPPORTED if its columns have another kind, or are missing', async () => {
    const files = await written();
    expect(await codeOf(readAll(files, 'trades', record('other', { id: int32() })))).to.equal(
      'ERR_PARQUET_UNSUPPORTED',
    );
    expect(await codeOf(readAll(files, 'trades', record('other', { gone: int32() })))).to.equal(
      'ERR_PARQUET_UNSUPPORTED',
    );
    expect(await codeOf(readAll(files, 'trades', record('other', { amends: text() })))).to.equal(
      'ERR_PARQUET_UNSUPPORTED',
    );
  });

  it('is ERR_FILE_NOT_FOUND if there is none, and ERR_OVERFLOW if a number is past 2^53', async () => {
    const files = memoryFiles();
    expect(await codeOf(openParquet(files, 'none'))).to.equal('ERR_FILE_NOT_FOUND');
    await writeParquet(files, 'big', parquetColumns(record('big', { n: int64({ range: 'full' }) })), [
      [{ n: 2n ** 53n }],
    ]);
    expect(await codeOf(readAll(files, 'big', record('big', { n: int64() })))).to.equal('ERR_OVERFLOW');
  });

  it('is not written if a value is missing or a write fails', async () => {
    const files = memoryFiles();
    const columns = parquetColumns(record('one', { n: int32() }));
    expect(await codeOf(writeParquet(files, 'bad', columns, [[{}]]))).to.equal('ERR_ROW_INVALID');
    expect(await codeOf(writeParquet(files, 'bad', columns, [[{ n: 2 ** 40 }]]))).to.equal('ERR_OVERFLOW');
    files.failWrite(1, new Error('full'));
    expect(await writeParquet(files, 'bad', columns, [[{ n: 1 }]]).catch((error: Error) => error.message)).to.equal(
      'full',
    );
    await writeParquet(files, 'good', columns, [[{ n: 1 }]], { ifAbsent: true });
    expect(await codeOf(writeParquet(files, 'good', columns, [[{ n: 1 }]], { ifAbsent: true }))).to.equal(
      'ERR_FILE_EXISTS',
    );
    expect([...files.contents.keys()]).to.deep.equal(['good']);
  });
});
