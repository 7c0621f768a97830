import { basename, dirname } from 'node:path';
import { filesLocal } from '@stockafolio/connectors/files-local';
import { openParquet, type ParquetColumn } from '@stockafolio/connectors/parquet';
import { columnsOf, expectColumns } from './columns.js';
import { constantsOf, originsOf, type ImportOptions, type TradeField } from './import-options.js';
import type { Token } from './json-members.js';
import { tidyCell } from './tidy-cell.js';
import { TradeMapper, type FileName, type ImportedLine } from './trade-mapper.js';

/**
 * The messages that the rows of a Parquet file become, in order, a row group at a time; of a row's line its number from 1.
 * Values keep all their digits, so that a price with too many is as bad as in CSV, and times are cut off as there.
 * Columns that no field comes from are not read, whatever is in them.
 *
 * @throws ERR_FILE_NOT_FOUND; ERR_USAGE where the options do not fit the file; ERR_PARQUET_CORRUPT; ERR_PARQUET_UNSUPPORTED
 * where a column that a field comes from is nested, or holds what no field could
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

/** The text of a JSON value, where it is a text tidied as a cell. */
function tidyToken(field: TradeField, token: Token): Token | undefined {
  if (!token.startsWith('"')) return token;
  const cell = tidyCell(field, JSON.parse(token) as string);
  return cell === undefined ? undefined : JSON.stringify(cell);
}

function jsonColumn(field: TradeField, stored: string): ParquetColumn {
  return { stored, kind: 'json', optional: true, path: [field] };
}
