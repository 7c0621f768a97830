/** Rows of one piece of a file: between two pieces others have a turn. */
const PIECE = 500;

/** What spreadsheets take for the beginning of a formula, also behind blanks and in the wide forms that some read as these. */
const FORMULA = /^[\s\u0000-\u0020\u200b\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20\u2212]/;
/** Some trim these, or begin another cell after them. */
const BREAK = /^[\t\r\n]/;
const NUMBER = /^-?\d+(\.\d+)?$/;

type Row<C extends string> = Readonly<Record<C, string | number | null>>;

/**
 * A file of CSV, RFC 4180, in pieces. A text that a spreadsheet would take for a formula is led by an apostrophe; a number
 * stays one, also below zero.
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
  // Some take a semicolon or a tab for the end of a cell too.
  return /[",;\t\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
