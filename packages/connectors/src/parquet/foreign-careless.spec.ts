import { readFile, readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { ColumnMetaData, FileMetaData, PageHeader } from 'hyparquet';
import { type Fields, isStockafolioError, record, type RecordSchema } from '@stockafolio/core';
import { memoryFiles } from '@stockafolio/testing';
import { Foreign, lawfulRows, ROWS } from '../../test/foreign-parquet/law.js';
import { withFooter, withPages, type Page } from '../../test/foreign-parquet/rewritten.js';
import { openParquet, readRows } from './index.js';

type DataPageHeaderV2 = NonNullable<PageHeader['data_page_header_v2']>;

const FOLDER = fileURLToPath(new URL('../../test/foreign-parquet/files/', import.meta.url));
const bytesOf = async (name: string): Promise<Uint8Array> => new Uint8Array(await readFile(`${FOLDER}${name}`));
const names = (await readdir(FOLDER)).filter((name) => !name.includes('empty'));
const ofVersion2 = names.filter((name) => /v2|page-index/.test(name));

/** The rows of a file, by the law's fields that it has; fails if they are not the law's rows. */
async function expectLaw(bytes: Uint8Array, name: string): Promise<void> {
  const files = memoryFiles();
  files.contents.set('x', bytes);
  const file = await openParquet(files, 'x');
  const fields = Object.entries(Foreign.fields).filter(([field]) => file.columns.includes(field));
  const schema: RecordSchema<Fields> = record('foreign', Object.fromEntries(fields));
  const rows: object[] = [];
  for await (const batch of readRows(file, schema)) rows.push(...batch);
  expect(file.rows, name).to.equal(ROWS);
  const there = (row: object): object =>
    Object.fromEntries(Object.entries(row).filter(([field]) => schema.names.includes(field)));
  expect(rows, name).to.deep.equal(lawfulRows().map(there));
}

const metas = ({ row_groups }: FileMetaData): ColumnMetaData[] =>
  row_groups.flatMap(({ columns }) => columns.flatMap(({ meta_data }) => meta_data ?? []));

describe('a complete Parquet file', () => {
  const careless: Readonly<Record<string, (meta: ColumnMetaData) => void>> = {
    'no decompressed size': (meta) => (meta.total_uncompressed_size = 0n),
    'the compressed size as the decompressed one': (meta) =>
      (meta.total_uncompressed_size = meta.total_compressed_size),
    'no compressed size': (meta) => (meta.total_compressed_size = 0n),
    'too small a compressed size': (meta) => (meta.total_compressed_size -= 15n),
    'too large a compressed size': (meta) => (meta.total_compressed_size *= 1000n),
    'the offset of its dictionary as that of its data': (meta) => {
      if ((meta.dictionary_page_offset ?? 0n) > 0n) meta.data_page_offset = meta.dictionary_page_offset ?? 0n;
      delete meta.dictionary_page_offset;
    },
  };
  for (const [what, change] of Object.entries(careless)) {
    it(`is read if its footer states ${what}`, async () => {
      for (const name of names) {
        await expectLaw(
          withFooter(await bytesOf(name), (metadata) => metas(metadata).forEach(change)),
          name,
        );
      }
    });
  }

  it('is read if its footer leaves the sum of its rows at 0, and rejected if the sum is wrong', async () => {
    const whole = await bytesOf('pyarrow-snappy-v1.parquet');
    await expectLaw(
      withFooter(whole, (metadata) => (metadata.num_rows = 0n)),
      'at 0',
    );
    const files = memoryFiles();
    files.contents.set(
      'x',
      withFooter(whole, (metadata) => (metadata.num_rows -= 1n)),
    );
    const error: unknown = await openParquet(files, 'x').catch((thrown: unknown) => thrown);
    expect(isStockafolioError(error, 'ERR_PARQUET_CORRUPT')).to.equal(true);
  });

  const changed = (
    { header, body }: Page,
    change: (v2: DataPageHeaderV2) => Partial<DataPageHeaderV2>,
    before = Buffer.of(),
  ): Page => {
    const v2 = header.data_page_header_v2;
    if (v2 === undefined) return { header, body };
    return {
      header: {
        ...header,
        uncompressed_page_size: header.uncompressed_page_size + before.length,
        compressed_page_size: header.compressed_page_size + before.length,
        data_page_header_v2: { ...v2, ...change(v2) },
      },
      body: Buffer.concat([before, body]),
    };
  };

  it('is read if its pages have repetition levels that a flat column does not need', async () => {
    expect(ofVersion2).to.have.length.greaterThan(5);
    for (const name of ofVersion2) {
      // A run of zeros, of no bits each, as long as any page here.
      const levels = Buffer.of((2 * ROWS) | 0x80, 0);
      const change = (): Partial<DataPageHeaderV2> => ({ repetition_levels_byte_length: levels.length });
      await expectLaw(
        withPages(await bytesOf(name), (page) => changed(page, change, levels)),
        name,
      );
    }
  });

  it('is read by its levels, whatever number of nulls its pages state', async () => {
    for (const name of ofVersion2) {
      for (const num_nulls of [0, 1]) {
        const nulls = (v2: DataPageHeaderV2): Partial<DataPageHeaderV2> =>
          v2.definition_levels_byte_length > 0 ? { num_nulls } : {};
        await expectLaw(
          withPages(await bytesOf(name), (page) => changed(page, nulls)),
          name,
        );
      }
    }
  });

  it('is read if pages have an index, or lists in version 2 pages beside them; a list is rejected by name', async () => {
    for (const name of ['pyarrow-page-index.parquet', 'pyarrow-zstd-v2.parquet', 'parquetjs-gzip-v2.parquet'])
      await expectLaw(await bytesOf(name), name);
    const files = memoryFiles();
    for (const [name, said] of [
      ['pyarrow-zstd-v2.parquet', /'list' is nested \(LIST\)/],
      ['parquetjs-gzip-v2.parquet', /'list' is a list of INT32/],
    ] as const) {
      files.contents.set('x', await bytesOf(name));
      const file = await openParquet(files, 'x');
      const error: unknown = await file
        .readColumns(0, [{ stored: 'list', kind: 'json', optional: true, path: ['list'] }])
        .catch((thrown: unknown) => thrown);
      expect(isStockafolioError(error, 'ERR_PARQUET_UNSUPPORTED') ? error.message : error, name).to.match(said);
    }
  });
});
