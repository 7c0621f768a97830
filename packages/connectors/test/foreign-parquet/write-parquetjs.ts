// node --import tsx packages/connectors/test/foreign-parquet/write-parquetjs.ts: regenerates the committed files of
// parquetjs-lite. It supports neither decimals nor unsigned numbers, and rounds an int64 past 2^53: those columns are
// left out.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lawfulRows } from './law.js';

interface Writer {
  setRowGroupSize(rows: number): void;
  appendRow(row: object): Promise<void>;
  close(): Promise<void>;
}
interface Library {
  readonly ParquetSchema: new (columns: object) => object;
  readonly ParquetWriter: { openFile(schema: object, path: string, options: object): Promise<Writer> };
}
// It has no types, and TypeScript would require a declaration file.
const name = 'parquetjs-lite';
const { default: parquetjs } = (await import(name)) as { readonly default: Library };

for (const compression of ['UNCOMPRESSED', 'SNAPPY', 'GZIP']) {
  const column = (type: string, more: object = {}): object => ({ type, compression, ...more });
  const schema = new parquetjs.ParquetSchema({
    id: column('UTF8'),
    id_group: { fields: { id: column('UTF8'), price: column('INT32') } },
    flag: column('BOOLEAN'),
    small: column('INT32'),
    big: column('INT64'),
    ratio: column('DOUBLE'),
    half: column('FLOAT'),
    at: column('TIMESTAMP_MILLIS'),
    micros: column('TIMESTAMP_MICROS'),
    day: column('DATE'),
    note: column('UTF8', { optional: true }),
    maybe: column('INT32', { optional: true }),
    list: column('INT32', { repeated: true }),
  });
  const folder = fileURLToPath(new URL('files', import.meta.url));
  for (const useDataPageV2 of compression === 'GZIP' ? [true] : [false]) {
    const path = join(folder, `parquetjs-${compression.toLowerCase()}-v${useDataPageV2 ? 2 : 1}.parquet`);
    const writer = await parquetjs.ParquetWriter.openFile(schema, path, { useDataPageV2, pageSize: 256 });
    writer.setRowGroupSize(12);
    for (const [i, row] of lawfulRows().entries()) {
      const { at, micros, day, note, maybe, ...same } = row;
      await writer.appendRow({
        ...same,
        at: new Date(Number(at)),
        micros: new Date(Number(micros)),
        day: new Date(String(day)),
        ...(note === undefined ? {} : { note }),
        ...(maybe === undefined ? {} : { maybe }),
        id_group: { id: 'no', price: i },
        list: [i, i],
      });
    }
    await writer.close();
  }
}
