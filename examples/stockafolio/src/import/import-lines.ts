import { isUtf8 } from 'node:buffer';
import { StockafolioError } from '@stockafolio/core';
import { ArraySplitter } from './array-splitter.js';
import { columnsOf, expectColumns } from './columns.js';
import { declaredDelimiter, likelyDelimiter } from './csv-dialect.js';
import { CsvRows, type CsvRow } from './csv-rows.js';
import { constantsOf, originsOf, type ImportOptions, type Origin, type TradeField } from './import-options.js';
import { membersOf, type Token } from './json-members.js';
import { LineSplitter, type Line } from './line-splitter.js';
import { tidyCell } from './tidy-cell.js';
import { TradeMapper, type FileName, type ImportedLine, type Tokens } from './trade-mapper.js';

/** The longest line that the codec reads; a longer line is passed on unread. */
const MAX_BYTES = 1_048_576;

/** Makes messages from lines, chunk by chunk. */
interface Reader {
  push(lines: readonly Line[]): ImportedLine[];
  end(): ImportedLine[];
}

/**
 * The messages of a file's lines, in order, batch by batch. Every line except empty ones and a CSV header becomes one
 * message: a trade in wire form, or the original line and what is wrong with it, so that nothing is lost. Of a line of
 * more than 64 MiB only the beginning is passed on.
 *
 * @param chunks the bytes of the file, decompressed, in UTF-8
 * @param file its kind, `json` for one array, and name; rows without an id get `<source>-<line>`, elements of an array
 * `<source>-<element>`
 * @throws ERR_USAGE if the options do not fit the file, a CSV file lacks a column that a trade needs, or an array is
 * not closed
 */
export async function* importLines(
  chunks: AsyncIterable<Uint8Array>,
  file: FileName & { readonly kind: 'csv' | 'jsonl' | 'json' },
  options: ImportOptions = {},
): AsyncGenerator<readonly ImportedLine[], void, undefined> {
  const origins = originsOf(options);
  const mapper = new TradeMapper(file, options);
  const reader = file.kind === 'csv' ? csvReader(mapper, origins, options) : jsonReader(mapper, origins);
  const splitter = file.kind === 'json' ? new ArraySplitter() : new LineSplitter();
  for await (const chunk of chunks) {
    const batch = reader.push(splitter.push(chunk));
    if (batch.length > 0) yield batch;
  }
  const last = [...reader.push(splitter.end()), ...reader.end()];
  if (last.length > 0) yield last;
}

function csvReader(mapper: TradeMapper, origins: ReadonlyMap<TradeField, Origin>, options: ImportOptions): Reader {
  const constants = constantsOf(origins);
  let csv: CsvRows | undefined;
  let declared: string | undefined;
  let columns: ReadonlyMap<TradeField, number> | undefined;

  const imported = (rows: readonly CsvRow[]): ImportedLine[] => {
    const lines: ImportedLine[] = [];
    for (const { line, raw, cells, problem, size } of rows) {
      if (columns === undefined) {
        if (cells === undefined) throw noHeader(line, problem);
        columns = columnsOf(cells, origins);
        expectColumns(cells, columns, origins, options);
      } else if (cells === undefined) {
        lines.push(mapper.bad(line, raw, problem ?? '', constants.get('user'), size));
      } else {
        const tokens = new Map(constants);
        for (const [field, index] of columns) {
          const cell = tidyCell(field, cells[index] ?? '');
          if (cell !== undefined) tokens.set(field, JSON.stringify(cell));
        }
        lines.push(mapper.map(line, tokens));
      }
    }
    return lines;
  };
  /** The lines from the header on, once it is read; the header and the line before it give the separator. */
  const fromHeader = (lines: readonly Line[]): readonly Line[] => {
    if (csv !== undefined) return lines;
    for (const [n, { bytes }] of lines.entries()) {
      if (bytes.length === 0) continue;
      const text = Buffer.from(bytes.subarray(0, MAX_BYTES)).toString('utf8');
      const said = declared === undefined ? declaredDelimiter(text) : undefined;
      if (said === undefined) {
        csv = new CsvRows(options.delimiter ?? declared ?? likelyDelimiter(text, origins));
        return lines.slice(n);
      }
      declared = said;
    }
    return [];
  };
  return {
    push: (lines) => {
      const rest = fromHeader(lines);
      return imported(csv?.push(rest) ?? []);
    },
    end: () => imported(csv?.end() ?? []),
  };
}

function jsonReader(mapper: TradeMapper, origins: ReadonlyMap<TradeField, Origin>): Reader {
  const constants = constantsOf(origins);
  const imported = ({ number, bytes, size }: Line): ImportedLine => {
    const user = constants.get('user');
    if (bytes.length > MAX_BYTES || size !== undefined)
      return mapper.bad(number, bytes, `is longer than ${MAX_BYTES} bytes`, user, size);
    const members = membersOf(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'));
    if (members === undefined) return mapper.bad(number, bytes, 'is not a JSON object', user);
    const tokens = tokensOf(members, origins, constants);
    if (!isUtf8(bytes)) return mapper.bad(number, bytes, 'is not UTF-8', tokens.get('user'));
    return mapper.map(number, tokens, bytes);
  };
  return { push: (lines) => lines.filter((l) => l.bytes.length > 0).map(imported), end: () => [] };
}

function tokensOf(
  members: ReadonlyMap<string, Token>,
  origins: ReadonlyMap<TradeField, Origin>,
  constants: Tokens,
): Tokens {
  const tokens = new Map(constants);
  for (const [field, origin] of origins) {
    if ('constant' in origin) continue;
    const token = members.get(origin.column);
    if (token !== undefined && token !== 'null') tokens.set(field, token);
  }
  return tokens;
}

function noHeader(line: number, problem = ''): StockafolioError {
  return new StockafolioError('ERR_USAGE', `line ${line} should be the header of a CSV file, but ${problem}`, {
    hint: 'the first line must name the columns',
  });
}
