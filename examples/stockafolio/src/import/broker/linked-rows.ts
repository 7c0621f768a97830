import { QUANTITY_SCALE } from '../../books/account-event.js';
import { magnitude, plainDecimal, unitsOf, type Decimal } from './decimal-text.js';
import type { SkipClass } from './preset.js';
import type { ReadRow } from './read-row.js';

/** A row that is understood, but is no event. */
export interface Skipped {
  readonly row: ReadRow;
  readonly class: SkipClass;
  readonly why: string;
}

/** The two rows by which a broker books a split: the old shares go out, the new ones come in. */
export interface SplitPair {
  readonly out: ReadRow;
  readonly in: ReadRow;
}

/** What rows say about each other. */
export interface LinkedRows {
  readonly skipped: ReadonlyMap<ReadRow, Skipped>;
  /** By the row that comes in. */
  readonly splits: ReadonlyMap<ReadRow, SplitPair>;
  /** The row of another table that has the cash of a trade. */
  readonly cashSides: ReadonlyMap<ReadRow, ReadRow>;
  /** Rows whose other row is missing. */
  readonly alone: ReadonlyMap<ReadRow, string>;
}

/**
 * Finds the rows that belong together: a trade and its cash in another table, a trade and its cancellation, the two legs of
 * a split.
 *
 * @param rows in the order of their events
 */
export function linkRows(rows: readonly ReadRow[]): LinkedRows {
  const skipped = new Map<ReadRow, Skipped>();
  const splits = new Map<ReadRow, SplitPair>();
  const cashSides = new Map<ReadRow, ReadRow>();
  const alone = new Map<ReadRow, string>();
  linkCash(rows, { skipped, cashSides, alone });
  for (const [i, row] of rows.entries()) {
    if (row.kind === 'cancel') cancel(row, i, rows, { skipped, alone });
    if (row.kind === 'split-leg') pairSplit(row, rows, { splits, alone });
  }
  return { skipped, splits, cashSides, alone };
}

interface Draft {
  readonly skipped: Map<ReadRow, Skipped>;
  readonly splits: Map<ReadRow, SplitPair>;
  readonly cashSides: Map<ReadRow, ReadRow>;
  readonly alone: Map<ReadRow, string>;
}

function linkCash(
  rows: readonly ReadRow[],
  { skipped, cashSides, alone }: Pick<Draft, 'skipped' | 'cashSides' | 'alone'>,
): void {
  const open = new Map<string, ReadRow[]>();
  for (const row of rows) {
    if (row.kind !== 'cash-of-trade') continue;
    const key = keyOf(row);
    open.set(key, [...(open.get(key) ?? []), row]);
  }
  if (open.size === 0) return;
  for (const row of rows) {
    if ((row.kind !== 'trade' && row.kind !== 'option') || row.amount !== undefined) continue;
    const cash = open.get(keyOf(row))?.shift();
    if (cash !== undefined) {
      cashSides.set(row, cash);
      skipped.set(cash, { row: cash, class: 'duplicate', why: `the cash of the trade in line ${row.line}` });
    } else if (row.kind === 'trade') alone.set(row, 'no row has the cash of this trade: its time, symbol and quantity');
  }
  for (const cash of [...open.values()].flat()) {
    alone.set(cash, 'no trade of the file has its time, symbol and quantity');
  }
}

function keyOf({ time, symbol, quantity }: ReadRow): string {
  return `${time?.ms} ${symbol} ${quantity === undefined ? '' : plainDecimal(quantity)}`;
}

function cancel(
  row: ReadRow,
  at: number,
  rows: readonly ReadRow[],
  { skipped, alone }: Pick<Draft, 'skipped' | 'alone'>,
): void {
  const side = row.rule.side === 'by-quantity' ? (row.side === 'sell' ? 'buy' : 'sell') : row.side;
  const isMeant = (other: ReadRow): boolean =>
    other.kind === 'trade' &&
    !skipped.has(other) &&
    other.symbol === row.symbol &&
    other.side === side &&
    isSame(other.quantity, row.quantity) &&
    isSame(other.price, row.price);
  const meant = rows.slice(0, at).findLast(isMeant) ?? rows.slice(at).find(isMeant);
  if (meant === undefined) {
    alone.set(row, 'cancels a trade that is not in the file: bust it where it was imported');
    return;
  }
  const why = `lines ${meant.line} and ${row.line}, a trade and its cancellation, give nothing`;
  for (const each of [meant, row]) skipped.set(each, { row: each, class: 'cancelled', why });
}

function pairSplit(row: ReadRow, rows: readonly ReadRow[], { splits, alone }: Pick<Draft, 'splits' | 'alone'>): void {
  const isIn = row.side === 'buy';
  const others = rows.filter(
    (other) =>
      other.kind === 'split-leg' &&
      other !== row &&
      other.symbol === row.symbol &&
      other.time?.day === row.time?.day &&
      other.side !== row.side,
  );
  const [other] = others;
  if (other === undefined || others.length > 1) {
    alone.set(row, `a split of ${row.symbol ?? ''} needs one row out and one in on a day`);
  } else if (isIn) splits.set(row, { out: other, in: row });
}

function isSame(a: Decimal | undefined, b: Decimal | undefined): boolean {
  return a !== undefined && b !== undefined && plainDecimal(magnitude(a)) === plainDecimal(magnitude(b));
}

/** The units of a quantity without its sign. */
export function shares(quantity: Decimal): number {
  return unitsOf(magnitude(quantity), QUANTITY_SCALE);
}
