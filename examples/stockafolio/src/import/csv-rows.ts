import { isUtf8 } from 'node:buffer';
import { counted } from '@stockafolio/cli';
import { CsvError, parse } from 'csv-parse/sync';
import type { Line } from './line-splitter.js';

const QUOTE = '"'.charCodeAt(0);
/** A quoted cell may span this many lines; this bounds the cost of a stray quote. */
const MAX_LINES = 64;
/** The longest row that the codec reads; longer rows are passed on unread. */
const MAX_BYTES = 1_048_576;

/** A row of a CSV file: its cells, or what is wrong with it. */
export interface CsvRow {
  /** The line where it begins. */
  readonly line: number;
  /** The row as it is in the file. */
  readonly raw: Uint8Array;
  readonly cells: readonly string[] | undefined;
  readonly problem: string | undefined;
  /** If it is longer than a line may be: its size in bytes; `raw` is only its beginning. */
  readonly size?: number;
}

/**
 * Turns lines of a CSV file into rows. An unreadable row affects only itself: a stray quote does not swallow the rows
 * after it, because a row over several lines must have as many cells as the header.
 */
export class CsvRows {
  private readonly delimiter: string;
  private open: Line[] = [];
  private width: number | undefined;

  constructor(delimiter = ',') {
    this.delimiter = delimiter;
  }

  /**
   * The rows that end with these lines; empty lines are ignored. The first row, the header, sets the number of cells.
   */
  push(lines: readonly Line[]): CsvRow[] {
    const rows: CsvRow[] = [];
    for (const line of lines) this.add(line, rows);
    return rows;
  }

  /** The rows that are left at the end of the file. */
  end(): CsvRow[] {
    const rows: CsvRow[] = [];
    while (this.open.length > 0) this.giveUp(rows);
    return rows;
  }

  private add(line: Line, rows: CsvRow[]): void {
    if (line.size !== undefined) {
      for (const row of this.end()) rows.push(row);
      const { number, bytes: raw, size } = line;
      rows.push({ line: number, raw, cells: undefined, problem: `is longer than ${MAX_BYTES} bytes`, size });
      return;
    }
    if (this.open.length === 0) {
      if (line.bytes.length === 0) return;
      if (line.bytes.length > MAX_BYTES || quotesIn(line.bytes) % 2 === 0) {
        rows.push(this.row([line]));
        return;
      }
      this.open.push(line);
      return;
    }
    this.open.push(line);
    if (quotesIn(line.bytes) % 2 === 1) {
      const row = this.row(this.open);
      if (row.problem !== undefined) {
        this.giveUp(rows);
        return;
      }
      this.open = [];
      rows.push(row);
      return;
    }
    const bytes = this.open.reduce((sum, l) => sum + l.bytes.length, 0);
    if (this.open.length >= MAX_LINES || bytes > MAX_BYTES) this.giveUp(rows);
  }

  /** Rejects the first of the open lines, and parses the others again without it. */
  private giveUp(rows: CsvRow[]): void {
    const [first, ...others] = this.open;
    this.open = [];
    if (first === undefined) return;
    rows.push({ line: first.number, raw: first.bytes, cells: undefined, problem: 'has a quote that is not closed' });
    for (const line of others) this.add(line, rows);
  }

  private row(lines: readonly Line[]): CsvRow {
    const [first] = lines;
    const raw = lines.length === 1 && first !== undefined ? first.bytes : joined(lines);
    const bad = (problem: string): CsvRow => ({ line: first?.number ?? 0, raw, cells: undefined, problem });
    if (raw.length > MAX_BYTES) return bad(`is longer than ${MAX_BYTES} bytes`);
    if (!isUtf8(raw)) return bad('is not UTF-8');
    const cells = this.cellsOf(Buffer.from(raw.buffer, raw.byteOffset, raw.length).toString('utf8'));
    if (typeof cells === 'string') return bad(cells);
    this.width ??= cells.length;
    while (cells.length > this.width && cells.at(-1) === '') cells.pop();
    if (cells.length !== this.width) return bad(`has ${counted(cells.length, 'cell')}, the header ${this.width}`);
    return { line: first?.number ?? 0, raw, cells, problem: undefined };
  }

  /** The cells of one row, or what is wrong with it. */
  private cellsOf(text: string): string[] | string {
    if (!text.includes('"')) return text.split(this.delimiter);
    try {
      const [cells = []] = parse(text, {
        delimiter: this.delimiter,
        record_delimiter: '\n',
        relax_column_count: true,
      });
      return cells;
    } catch (error) {
      if (error instanceof CsvError) return 'has a misplaced quote';
      throw error;
    }
  }
}

function quotesIn(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(QUOTE); at !== -1; at = bytes.indexOf(QUOTE, at + 1)) count += 1;
  return count;
}

function joined(lines: readonly Line[]): Uint8Array {
  return new Uint8Array(Buffer.concat(lines.flatMap((l, i) => (i === 0 ? [l.bytes] : [Buffer.from('\n'), l.bytes]))));
}
