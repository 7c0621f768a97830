/** A record of a CSV file: one line, or more if a quoted cell holds line ends. */
export interface CsvRecord {
  /** Its first line, from 1. */
  readonly line: number;
  readonly lines: number;
  readonly cells: readonly string[];
  /** The last cell is torn: a quote is not closed, or is misplaced. */
  readonly problem?: string;
}

/** A quoted cell may span this many lines; this bounds the cost of a stray quote. */
const MOST_LINES = 64;

/**
 * The records of a file's lines. Each line is in exactly one record. A quote counts at the start of a cell only; a record
 * whose quotes do not fit is its first line alone, so that a stray quote does not swallow the lines after it.
 */
export function csvRecords(lines: readonly string[], delimiter: string): CsvRecord[] {
  const records: CsvRecord[] = [];
  for (let at = 0; at < lines.length;) {
    const record = recordAt(lines, at, delimiter);
    records.push(record);
    at += record.lines;
  }
  return records;
}

function recordAt(lines: readonly string[], first: number, delimiter: string): CsvRecord {
  const cells: string[] = [];
  let text = lines[first] ?? '';
  let line = first;
  let at = 0;
  const bad = (problem: string): CsvRecord => ({
    line: first + 1,
    lines: 1,
    cells: (lines[first] ?? '').split(delimiter),
    problem,
  });
  for (;;) {
    if (!isQuoteAt(text, at)) {
      const end = text.indexOf(delimiter, at);
      cells.push(end === -1 ? text.slice(at) : text.slice(at, end));
      if (end === -1) break;
      at = end + delimiter.length;
      continue;
    }
    let cell = '';
    at = text.indexOf('"', at) + 1;
    for (;;) {
      const quote = text.indexOf('"', at);
      if (quote === -1) {
        const next = lines[line + 1];
        if (next === undefined || line - first + 1 >= MOST_LINES) return bad('has a quote that is not closed');
        cell += `${text.slice(at)}\n`;
        text = next;
        line += 1;
        at = 0;
      } else if (text.charAt(quote + 1) === '"') {
        cell += text.slice(at, quote + 1);
        at = quote + 2;
      } else {
        cell += text.slice(at, quote);
        at = quote + 1;
        break;
      }
    }
    cells.push(cell);
    const after = /^ */.exec(text.slice(at))?.[0].length ?? 0;
    at += after;
    if (at >= text.length) break;
    if (!text.startsWith(delimiter, at)) return bad('has a misplaced quote');
    at += delimiter.length;
  }
  return { line: first + 1, lines: line - first + 1, cells };
}

/** Whether a quoted cell begins here, after spaces or not. */
function isQuoteAt(text: string, at: number): boolean {
  let next = at;
  while (text.charAt(next) === ' ') next += 1;
  return text.charAt(next) === '"';
}
