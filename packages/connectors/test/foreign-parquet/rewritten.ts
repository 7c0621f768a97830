import { parquetMetadata, type FileMetaData, type PageHeader } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { ByteWriter } from 'hyparquet-writer';
import { writePageHeader } from 'hyparquet-writer/src/datapage.js';
import { writeMetadata } from 'hyparquet-writer/src/metadata.js';

const MAGIC = Buffer.from('PAR1');

/** The same file with a changed footer. */
export function withFooter(bytes: Uint8Array, change: (metadata: FileMetaData) => void): Uint8Array {
  const metadata = parquetMetadata(bytes, { geoparquet: false });
  change(metadata);
  return Buffer.concat([bytes.subarray(0, bytes.length - 8 - metadata.metadata_length), footerOf(metadata)]);
}

/** A page: its header, and the bytes that follow it. */
export interface Page {
  readonly header: PageHeader;
  readonly body: Uint8Array;
}

/** The same file with other pages, without checksums, in its flat columns. */
export function withPages(bytes: Uint8Array, change: (page: Page) => Page): Uint8Array {
  const metadata = parquetMetadata(bytes, { geoparquet: false });
  const writer = new ByteWriter();
  writer.appendBytes(MAGIC);
  for (const { columns } of metadata.row_groups) {
    for (const { meta_data: meta } of columns) {
      if (meta === undefined) continue;
      const offsets = [meta.dictionary_page_offset ?? 0n, meta.data_page_offset].map(Number).filter((at) => at > 0);
      const first = Math.min(...offsets);
      const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: first };
      const start = writer.offset;
      while (reader.offset < first + Number(meta.total_compressed_size)) {
        const header = parquetHeader(reader);
        delete header.crc;
        const body = bytes.subarray(reader.offset, (reader.offset += header.compressed_page_size));
        const page = meta.path_in_schema.length === 1 ? change({ header, body }) : { header, body };
        writePageHeader(writer, page.header);
        writer.appendBytes(page.body);
      }
      meta.total_compressed_size = BigInt(writer.offset - start);
      // As DuckDB does: the data begin at the first page, even if that is the dictionary.
      meta.data_page_offset = BigInt(start);
      delete meta.dictionary_page_offset;
    }
  }
  return Buffer.concat([writer.getBytes(), footerOf(metadata)]);
}

function footerOf(metadata: FileMetaData): Uint8Array {
  for (const { columns } of metadata.row_groups) for (const { meta_data } of columns) delete meta_data?.statistics;
  const writer = new ByteWriter();
  writeMetadata(writer, metadata);
  return Buffer.concat([writer.getBytes(), MAGIC]);
}
