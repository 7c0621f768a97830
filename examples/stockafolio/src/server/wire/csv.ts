/** Rows of one piece of a file: between two pieces other requests have a turn. */
const PIECE = 500;

/** Characters that spreadsheets treat as the start of a formula, also after blanks and in their full-width forms. */
const FORMULA = /^[\s\u0000-\u0020\u200b\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20\u2212]/;
/** Some spreadsheets trim these, or begin another cell after them. */
const BREAK = /^[\t\r\n]/;
const NUMBER = /^-?\d+(\.\d+)?$/;

type Row<C extends string> = Readonly<Record<C, string | number | null>>;

/**
 * A CSV file, RFC 4180, in pieces. A text that a spreadsheet would treat as a formula gets an apostrophe in front; a
 * number stays a number, even a negative one.
 *
 * @param columns names, which are the members of the rows
 */
export async function* csvPieces<C extends string>(
  columns: readonly C[],
  rows: AsyncIterable<Row<C>> | Iterable<Row<C>>,
): AsyncGenerator<string> {
  let lines = [columns.join(',')];
  for await (const row of rows) {
    lines.push(columns.map((column) => cell(row[column])).join(','));
    if (lines.length < PIECE) continue;
    yield piece(lines);
    lines = [];
  }
  if (lines.length > 0) yield piece(lines);
}

function piece(lines: readonly string[]): string {
  return `${lines.join('\r\n')}\r\n`;
}

function cell(value: string | number | null): string {
  if (value === null) return '';
  const text = String(value);
  const safe = !NUMBER.test(text) && (FORMULA.test(text) || BREAK.test(text)) ? `'${text}` : text;
  // Some spreadsheets also treat a semicolon or a tab as the end of a cell.
  return /[",;\t\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
