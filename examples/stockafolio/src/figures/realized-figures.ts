import { rowObject, type RowOf } from '@stockafolio/core';
import type { Tables } from '@stockafolio/core/ports';
import { DOLLAR } from '../account-stream.js';
import { tradingDay } from '../calendar/trading-day.js';
import { realizedGains } from '../lot-tables.js';
import { positions } from '../tables.js';
import { listingOf } from '../universe/universe.js';
import { readRows } from './read-rows.js';

/** What a user has gained with a symbol since the beginning, by the cost method of the positions. */
export interface RealizedOfSymbol {
  readonly symbol: string;
  /** The company's name; the symbol if it is not in the S&P 500. */
  readonly name: string;
  readonly currency: string;
  /** What is still held, in 1e-8 shares; 0 of a closed position. */
  readonly quantity: number;
  /** In 1e-4 of the currency. */
  readonly realized: number;
}

/** What was gained in a year with a symbol, by the lots that were closed. Money in 1e-4 of the currency. */
export interface GainOfYear {
  /** That of the closings, in New York. */
  readonly year: string;
  readonly symbol: string;
  readonly name: string;
  readonly currency: string;
  /** How many lots, or parts of lots, were closed. */
  readonly closings: number;
  readonly proceeds: bigint;
  readonly basis: bigint;
  /** Proceeds - basis; the sum of the next two. */
  readonly gain: bigint;
  /** Of what was held for up to a year, and for more. */
  readonly short: bigint;
  readonly long: bigint;
}

/** The gains of years, and from which closing on they are complete. */
export interface GainsByYear {
  /** The newest year first, then by symbol. */
  readonly years: readonly GainOfYear[];
  /** The time of the oldest closing that is counted, epoch milliseconds; undefined if all are. */
  readonly since: number | undefined;
}

/** A user's realized gains by symbol, of open and closed positions; what has gained nothing and is still held is left out. */
export async function realizedBySymbol(tables: Tables, user: string): Promise<RealizedOfSymbol[]> {
  const rows = await readRows(tables, positions, [user]);
  return rows
    .filter(({ realized, quantity }) => realized !== 0 || quantity === 0)
    .map(({ symbol, currency = DOLLAR, quantity, realized }) => ({
      ...{ symbol, name: nameOf(symbol), currency, quantity, realized },
    }));
}

/**
 * A user's gains by year and symbol, from the table `realized_gains`.
 *
 * @param most closings that are read, the newest first
 */
export async function gainsByYear(tables: Tables, user: string, most: number): Promise<GainsByYear> {
  const sums = new Map<string, Sum>();
  let read = 0;
  let oldest = Infinity;
  let since: number | undefined;
  for await (const { values } of tables.scan(realizedGains, [user], { limit: most + 1 })) {
    const row = rowObject(realizedGains, values) as RowOf<typeof realizedGains>;
    if (++read > most) since = oldest;
    else add(sums, row);
    oldest = row.closed;
  }
  return { years: [...sums.values()].sort(byYearAndSymbol), since };
}

type Sum = { -readonly [F in keyof GainOfYear]: GainOfYear[F] };

function add(sums: Map<string, Sum>, row: RowOf<typeof realizedGains>): void {
  const { symbol, currency = DOLLAR, closed, term } = row;
  const year = tradingDay(closed).slice(0, 4);
  const key = JSON.stringify([year, symbol, currency]);
  let sum = sums.get(key);
  if (sum === undefined) {
    sum = {
      ...{ year, symbol, name: nameOf(symbol), currency, closings: 0 },
      ...{ proceeds: 0n, basis: 0n, gain: 0n, short: 0n, long: 0n },
    };
    sums.set(key, sum);
  }
  sum.closings += 1;
  sum.proceeds += BigInt(row.proceeds);
  sum.basis += BigInt(row.basis);
  sum.gain += BigInt(row.gain);
  sum[term === 'long' ? 'long' : 'short'] += BigInt(row.gain);
}

function byYearAndSymbol(a: GainOfYear, b: GainOfYear): number {
  if (a.year !== b.year) return a.year < b.year ? 1 : -1;
  return a.symbol < b.symbol ? -1 : a.symbol > b.symbol ? 1 : a.currency < b.currency ? -1 : 1;
}

function nameOf(symbol: string): string {
  return listingOf(symbol)?.name ?? symbol;
}
