import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { StockafolioError, messageOf } from '@stockafolio/core';
import { importLines } from './import-lines.js';
import { importParquet } from './import-parquet.js';
import type { ImportOptions } from './import-options.js';
import type { FileName, ImportedLine } from './trade-mapper.js';

/**
 * The messages that a file becomes: see {@link importLines} and {@link importParquet}. Its name says what it holds: `.csv`
 * and `.tsv` rows under a header, `.parquet` Parquet, anything else JSON lines; a `.gz` after it, that it is packed.
 *
 * @throws ERR_FILE_NOT_FOUND, or ERR_USAGE where it cannot be read; of Parquet also ERR_PARQUET_CORRUPT, ERR_PARQUET_UNSUPPORTED
 * @example
 * for await (const batch of importFile('trades.csv.gz', { map: { time: '#1' }, set: { user: 'ann' } })) {
 *   await producer.append(batch);
 * }
 */
export async function* importFile(
  path: string,
  options: ImportOptions = {},
): AsyncGenerator<readonly ImportedLine[], void, undefined> {
  const { delimiter, isPacked, kind, ...file } = fileFacts(path);
  if (kind === 'parquet') {
    if (isPacked) throw packedParquet(path);
    yield* importParquet(path, file, options);
    return;
  }
  yield* importLines(bytesOf(path, isPacked), { kind, ...file }, { ...(delimiter && { delimiter }), ...options });
}

/** What a file's name says of it; `source` is the name without folder and endings. */
export interface FileFacts extends FileName {
  readonly kind: 'csv' | 'jsonl' | 'parquet';
  readonly delimiter: string | undefined;
  readonly isPacked: boolean;
}

/** Reads a file's name. */
export function fileFacts(path: string): FileFacts {
  const isPacked = /\.gz$/i.test(path);
  const name = basename(path);
  const unpacked = name.replace(/\.gz$/i, '');
  const ending = /\.(csv|tsv|parquet)$/i.exec(unpacked)?.[1]?.toLowerCase();
  return {
    name,
    kind: ending === undefined ? 'jsonl' : ending === 'parquet' ? 'parquet' : 'csv',
    source: unpacked.replace(/(.)\.[^.]*$/, '$1'),
    delimiter: ending === 'tsv' ? '\t' : undefined,
    isPacked,
  };
}

function packedParquet(path: string): StockafolioError {
  return new StockafolioError(
    'ERR_USAGE',
    `${path} cannot be read: a Parquet file is read from its end, so not packed`,
    {
      hint: 'unpack it by gunzip; its pages are compressed as they are',
    },
  );
}

async function* bytesOf(path: string, isPacked: boolean): AsyncGenerator<Uint8Array, void, undefined> {
  const file = createReadStream(path);
  // The callback is there for the pipeline to close the file; errors reach the reader below.
  const bytes = isPacked ? pipeline(file, createGunzip(), () => undefined) : file;
  try {
    for await (const chunk of bytes) yield chunk as Uint8Array;
  } catch (cause) {
    const { code } = cause as { code?: unknown };
    if (code === 'ENOENT') throw new StockafolioError('ERR_FILE_NOT_FOUND', `there is no file ${path}`, { cause });
    throw new StockafolioError('ERR_USAGE', `${path} cannot be read: ${messageOf(cause)}`, {
      hint: isPacked ? 'its name says that it is packed by gzip, and it may be cut off' : 'see whether it is a file',
      cause,
    });
  }
}
