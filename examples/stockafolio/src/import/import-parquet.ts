import { basename, dirname } from 'node:path';
import { filesLocal } from '@stockafolio/connectors/files-local';
import { openParquet, type ParquetColumn } from '@stockafolio/connectors/parquet';
import { columnsOf, expectColumns } from './columns.js';
import { constantsOf, originsOf, type ImportOptions, type TradeField } from './import-options.js';
import type { Token } from './json-members.js';
import { tidyCell } from './tidy-cell.js';
import { TradeMapper, type FileName, type ImportedLine } from './trade-mapper.js';

/**
 * The messages of a Parquet file's rows, in order, one row group at a time; the number of a row, from 1, stands for its
 * line. Values keep all their digits, so that a price with too many is as bad as in CSV, and times are truncated as
 * there. Columns without a field are not read, whatever they hold.
 *
 * @throws ERR_FILE_NOT_FOUND; ERR_USAGE if the options do not fit the file; ERR_PARQUET_CORRUPT;
 * ERR_PARQUET_UNSUPPORTED if the column of a field is nested, or holds what no field can
 */
export async function* importParquet(
  path: string,
  file: FileName,
  options: ImportOptions = {},
): AsyncGenerator<readonly ImportedLine[], void, undefined> {
  const origins = originsOf(options);
  const mapper = new TradeMapper(file, options);
  const constants = constantsOf(origins);
  const parquet = await openParquet(filesLocal(dirname(path)), basename(path));
  const found = [...columnsOf(parquet.columns, origins)];
  const columns = found.map(([field, index]) => jsonColumn(field, parquet.columns[index] ?? ''));
  let line = 0;
  for (const [group, rows] of parquet.rowGroups.entries()) {
    const values = await parquet.readColumns(group, columns);
    if (line === 0) expectColumns(parquet.columns, new Map(found), origins, options);
    const lines: ImportedLine[] = [];
    for (let i = 0; i < rows; i++) {
      const tokens = new Map(constants);
      for (const [c, [field]] of found.entries()) {
        const token = values[c]?.[i];
        const tidied = typeof token === 'string' ? tidyToken(field, token) : undefined;
        if (tidied !== undefined) tokens.set(field, tidied);
      }
      lines.push(mapper.map(++line, tokens));
    }
    if (lines.length > 0) yield lines;
  }
}

/** The text of a JSON value; a text is tidied like a cell. */
function tidyToken(field: TradeField, token: Token): Token | undefined {
  if (!token.startsWith('"')) return token;
  const cell = tidyCell(field, JSON.parse(token) as string);
  return cell === undefined ? undefined : JSON.stringify(cell);
}

function jsonColumn(field: TradeField, stored: string): ParquetColumn {
  return { stored, kind: 'json', optional: true, path: [field] };
}
