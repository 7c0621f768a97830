import { basename } from 'node:path';
import { StockafolioError } from '@stockafolio/core';
import { expectReadable, expectText, isGzip, isParquet, markedEncoding, textKind } from './file-form.js';
import { importLines } from './import-lines.js';
import { importParquet } from './import-parquet.js';
import type { ImportOptions } from './import-options.js';
import { inUtf8, opened, readChunks, type Chunks, type Opened } from './read-chunks.js';
import type { FileName, ImportedLine } from './trade-mapper.js';

/** Bytes at the beginning of a file that tell its kind. */
const HEAD = 4096;

/**
 * The messages of a file: see {@link importLines} and {@link importParquet}. Its first bytes tell whether it is
 * compressed with gzip, is Parquet, or is text in UTF-16. The kind of other texts follows from the name: `.csv` and
 * `.tsv` are rows under a header, `.jsonl` JSON lines, `.json` an array or JSON lines. For other names, such as `.txt`,
 * the first character decides.
 *
 * @throws ERR_FILE_NOT_FOUND, or ERR_USAGE if it cannot be read, has an unknown kind, or lacks a column that a trade
 * needs; for Parquet also ERR_PARQUET_CORRUPT, ERR_PARQUET_UNSUPPORTED
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
  const begun: Opened[] = [];
  const begin = async (chunks: Chunks): Promise<Opened> => {
    const next = await opened(chunks, HEAD);
    begun.unshift(next);
    return next;
  };
  try {
    let text = await begin(readChunks(path, false));
    if (!isPacked && (kind === 'parquet' || isParquet(text.head))) {
      yield* importParquet(path, file, options);
      return;
    }
    expectReadable(file.name, text.head);
    if (isPacked || isGzip(text.head)) {
      if (kind === 'parquet') throw packedParquet(path);
      text = await begin(readChunks(path, true));
      if (isParquet(text.head)) throw packedParquet(path);
      expectReadable(file.name, text.head);
    }
    const encoding = options.encoding ?? markedEncoding(text.head);
    if (encoding !== undefined) text = await begin(inUtf8(text.chunks, encoding, file.name));
    expectText(file.name, text.head);
    const rows = { kind: textKind(endingOf(file.name), text.head), ...file };
    yield* importLines(text.chunks, rows, { ...(delimiter && { delimiter }), ...options });
  } finally {
    for (const each of begun) await each.close();
  }
}

/** The facts in a file's name; `source` is the name without folder and endings. */
export interface FileFacts extends FileName {
  readonly kind: 'csv' | 'jsonl' | 'parquet';
  readonly delimiter: string | undefined;
  readonly isPacked: boolean;
}

/** Parses a file's name. If it does not tell the kind of the file, its content does. */
export function fileFacts(path: string): FileFacts {
  const name = basename(path);
  const ending = endingOf(name);
  return {
    name,
    kind: ending === 'parquet' ? 'parquet' : ending === 'csv' || ending === 'tsv' ? 'csv' : 'jsonl',
    source: unpackedName(name).replace(/(.)\.[^.]*$/, '$1'),
    delimiter: ending === 'tsv' ? '\t' : undefined,
    isPacked: unpackedName(name) !== name,
  };
}

function unpackedName(name: string): string {
  return name.replace(/\.gz$/i, '');
}

/** `csv` of `trades.csv.gz`. */
function endingOf(name: string): string {
  return /.\.([^.]*)$/.exec(unpackedName(name))?.[1]?.toLowerCase() ?? '';
}

function packedParquet(path: string): StockafolioError {
  return new StockafolioError(
    'ERR_USAGE',
    `${path} cannot be read: a Parquet file is read from its end, so it must not be compressed`,
    {
      hint: 'decompress it with gunzip; its pages are compressed anyway',
    },
  );
}
