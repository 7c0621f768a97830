import { StockafolioError } from '@stockafolio/core';
import { loadPeer, type Peer } from '@stockafolio/core/ports';
import type * as Zstd from '@bokuweb/zstd-wasm';
import type * as Reader from 'hyparquet';
import type * as Columns from 'hyparquet/src/column.js';
import type * as Conversions from 'hyparquet/src/convert.js';
import type * as Encodings from 'hyparquet/src/encoding.js';
import type * as Compressors from 'hyparquet-compressors';
import type * as Writer from 'hyparquet-writer';
import type * as Pages from 'hyparquet-writer/src/datapage.js';

/** The parts in use of the packages that read and write Parquet. */
export interface ParquetPeers {
  readonly zstd: typeof Zstd;
  readonly parquetMetadata: typeof Reader.parquetMetadata;
  readonly parquetHeader: typeof Columns.parquetHeader;
  readonly parseFloat16: typeof Conversions.parseFloat16;
  readonly byteStreamSplit: typeof Encodings.byteStreamSplit;
  readonly compressors: typeof Compressors.compressors;
  readonly ByteWriter: typeof Writer.ByteWriter;
  readonly ParquetWriter: typeof Writer.ParquetWriter;
  readonly writePageHeader: typeof Pages.writePageHeader;
}

const PARQUET: Peer = {
  neededBy: 'Parquet files',
  packages: ['@bokuweb/zstd-wasm@0.0.27', 'hyparquet@1', 'hyparquet-compressors@1', 'hyparquet-writer@0.17'],
};

let loaded: ParquetPeers | undefined;

/** Loads the packages, once; every access to a file begins with it. @throws ERR_PEER_MISSING */
export async function loadParquetPeers(): Promise<ParquetPeers> {
  loaded ??= await loadPeer(PARQUET, importAll);
  return loaded;
}

/** The packages, for synchronous code; they must be loaded by then. */
export function parquetPeers(): ParquetPeers {
  if (loaded === undefined)
    throw new StockafolioError('ERR_INTERNAL', 'Parquet was used before its packages were loaded');
  return loaded;
}

async function importAll(): Promise<ParquetPeers> {
  const [zstd, { parquetMetadata }, { parquetHeader }, { parseFloat16 }, { byteStreamSplit }, { compressors }] =
    await Promise.all([
      import('@bokuweb/zstd-wasm'),
      import('hyparquet'),
      import('hyparquet/src/column.js'),
      import('hyparquet/src/convert.js'),
      import('hyparquet/src/encoding.js'),
      import('hyparquet-compressors'),
    ]);
  const [{ ByteWriter, ParquetWriter }, { writePageHeader }] = await Promise.all([
    import('hyparquet-writer'),
    import('hyparquet-writer/src/datapage.js'),
  ]);
  return {
    ...{ zstd, parquetMetadata, parquetHeader, parseFloat16, byteStreamSplit, compressors },
    ...{ ByteWriter, ParquetWriter, writePageHeader },
  };
}
