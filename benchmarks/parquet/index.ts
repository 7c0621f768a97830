/**
 * What does exactness cost against hyparquet and hyparquet-writer with their default settings? The same trades, the
 * same columns, the same compressor, all in memory; theirs convert prices to doubles and times to Dates.
 */
import assert from 'node:assert';
import { compress, decompress, init } from '@bokuweb/zstd-wasm';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { type ArchiveEntry, archiveWriter, openArchiveFile } from '@stockafolio/connectors/archive';
import { openParquet, parquetColumns, readRows, writeParquet } from '@stockafolio/connectors/parquet';
import { memoryFiles } from '@stockafolio/testing';
import { alternate, printRates } from '../measure.js';
import { Trade, someTrades, type Trade as TradeRecord } from '../decoding/trades.js';

await init();
const trades = someTrades(200_000);
const columns = parquetColumns(Trade);
const files = memoryFiles();
const rowGroupRows = 65_536;

const raw = (): ArrayBuffer =>
  parquetWriteBuffer({
    columnData: [
      { name: 'id', data: trades.map((t) => t.id), type: 'STRING', nullable: false },
      { name: 'user', data: trades.map((t) => t.user), type: 'STRING', nullable: false },
      { name: 'symbol', data: trades.map((t) => t.symbol), type: 'STRING', nullable: false },
      { name: 'sector', data: trades.map((t) => t.sector), type: 'STRING', nullable: false },
      { name: 'side', data: trades.map((t) => t.side), type: 'STRING', nullable: false },
      { name: 'quantity', data: trades.map((t) => t.quantity), type: 'INT32', nullable: false },
      { name: 'price', data: trades.map((t) => BigInt(t.price)), type: 'INT64', nullable: false },
      { name: 'time', data: trades.map((t) => BigInt(t.time)), type: 'INT64', nullable: false },
      { name: 'kind', data: trades.map((t) => t.kind), type: 'STRING' },
      { name: 'amends', data: trades.map((t) => t.amends), type: 'STRING' },
    ],
    rowGroupSize: rowGroupRows,
    codec: 'ZSTD',
    compressors: { ZSTD: (bytes) => compress(bytes, 1) },
  });

const written = await alternate({
  stockafolio: async () => (await writeParquet(files, 'trades', columns, [trades], { rowGroupRows })).rows,
  'hyparquet-writer': () => {
    assert(raw().byteLength > 0);
    return trades.length;
  },
});
const size = (await files.size('trades')) ?? 0;
console.log(
  `write: ${(size / trades.length).toFixed(1)} bytes a trade, theirs ${(raw().byteLength / trades.length).toFixed(1)}`,
);
printRates('way', 'trades', written.measured);
console.log(`ratio ${written.ratio('stockafolio', 'hyparquet-writer').toFixed(2)}\n`);

const theirs = raw();
const ours = (await files.read('trades')).slice().buffer;
const wasm = { ...compressors, ZSTD: (bytes: Uint8Array) => decompress(bytes) };
interface TheirTrade {
  readonly price: number | bigint;
}
const read = await alternate({
  stockafolio: async () => {
    let count = 0;
    for await (const rows of readRows(await openParquet(files, 'trades'), Trade)) count += rows.length;
    return count;
  },
  'hyparquet, its own file': async () =>
    ((await parquetReadObjects({ file: theirs, compressors })) as TheirTrade[]).length,
  'hyparquet, its own file, zstd in wasm': async () =>
    ((await parquetReadObjects({ file: theirs, compressors: wasm })) as TheirTrade[]).length,
  'hyparquet, our file, zstd in wasm': async () =>
    ((await parquetReadObjects({ file: ours, compressors: wasm })) as TheirTrade[]).length,
});
let position = 0;
for await (const rows of readRows(await openParquet(files, 'trades'), Trade)) {
  assert.deepStrictEqual({ ...rows[0] }, trades[position]);
  position += rows.length;
}
console.log('read into records');
printRates('way', 'trades', read.measured);
for (const { name } of read.measured.slice(1)) {
  console.log(`ratio to ${name}: ${read.ratio('stockafolio', name as 'stockafolio').toFixed(2)}`);
}

const entries: ArchiveEntry<TradeRecord>[] = trades.map((trade, offset) => ({
  offset,
  ingested: trade.time,
  record: trade,
}));
const store = async (): Promise<string> => {
  const writer = archiveWriter(files, Trade, {
    stream: 'trades',
    facts: { source: 'benchmark' },
    partition: 0,
    day: '2026-11-23',
  });
  await writer.append(entries);
  return (await writer.finish())[0]?.name ?? '';
};
const name = await store();
const readArchive = async (fields?: readonly string[]): Promise<number> => {
  let count = 0;
  const file = await openArchiveFile(files, Trade, name);
  for await (const part of file.read(fields === undefined ? {} : { fields })) {
    for (const some of part) count += some.length;
  }
  return count;
};
const archived = await alternate({
  'archive, written': async () => ((await store()) === name ? entries.length : 0),
  'archive, read': () => readArchive(),
  'archive, read without id, kind and amends': () =>
    readArchive(['user', 'symbol', 'sector', 'side', 'quantity', 'price', 'time']),
});
console.log('\nas entries of the archive');
printRates('way', 'trades', archived.measured);
