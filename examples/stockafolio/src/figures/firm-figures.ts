import type { Tables } from '@stockafolio/core/ports';
import {
  minuteTotals,
  sectorTotals,
  symbolTotals,
  topTraders,
  topTradersByTrades,
  topTradersByVolume,
} from '../tables.js';
import { listingOf } from '../universe/universe.js';
import type { Quote } from './quotes.js';
import { readRows } from './read-rows.js';

/** Figures of several shards added up. `volume` in 1e-8 shares, `value` and `buyValue` in 1e-4 USD. */
export interface Total {
  readonly trades: number;
  readonly volume: bigint;
  readonly value: bigint;
  readonly buyValue: bigint;
}

/** A user's trades of a day; `volume` in 1e-8 shares, `value` in 1e-4 USD. */
export interface Trader {
  readonly user: string;
  readonly trades: number;
  readonly volume: bigint;
  readonly value: number;
}

/** How far a symbol's price has moved since its first trade of the day. Prices in 1e-4 USD. */
export interface Move {
  readonly symbol: string;
  readonly name: string;
  readonly price: number;
  readonly dayOpen: number;
  /** In hundredths of a per cent. */
  readonly basisPoints: number;
}

/** The content of the firm's dashboard for a day. */
export interface FirmFigures {
  readonly day: string;
  readonly total: Total;
  /** The users with the greatest value, greatest first; ties by id. At most 100 of each shard. */
  readonly traders: readonly Trader[];
  /** The same by volume, and by trades. */
  readonly tradersByVolume: readonly Trader[];
  readonly tradersByTrades: readonly Trader[];
  /** Greatest value first. */
  readonly sectors: readonly (Total & { readonly sector: string })[];
  /** Greatest value first. */
  readonly symbols: readonly (Total & { readonly symbol: string; readonly name: string })[];
  /** In order of time; `minute` counts from midnight in New York. */
  readonly minutes: readonly (Total & { readonly minute: number })[];
}

/** Reads the firm's figures of a day, `YYYY-MM-DD`, over all shards. */
export async function firmFigures(tables: Tables, day: string): Promise<FirmFigures> {
  const [byValue, byVolume, byTrades, sectorRows, symbolRows, minuteRows] = await Promise.all([
    readRows(tables, topTraders, [day]),
    readRows(tables, topTradersByVolume, [day]),
    readRows(tables, topTradersByTrades, [day]),
    readRows(tables, sectorTotals, [day]),
    readRows(tables, symbolTotals, [day]),
    readRows(tables, minuteTotals, [day]),
  ]);
  const sectors = added(sectorRows, ({ sector }) => sector);
  const symbols = added(symbolRows, ({ symbol }) => symbol);
  const minutes = added(minuteRows, ({ minute }) => minute);
  return {
    day,
    total: sum(sectors.map(([, total]) => total)),
    traders: merged(byValue, ({ value }) => value),
    tradersByVolume: merged(byVolume, ({ volume }) => volume),
    tradersByTrades: merged(byTrades, ({ trades }) => trades),
    sectors: sectors.sort(greatestFirst).map(([sector, total]) => ({ sector, ...total })),
    symbols: symbols
      .sort(greatestFirst)
      .map(([symbol, total]) => ({ symbol, name: listingOf(symbol)?.name ?? symbol, ...total })),
    minutes: minutes.map(([minute, total]) => ({ minute, ...total })),
  };
}

/**
 * The symbols whose price has moved most on a day, up or down, furthest first; ties by symbol.
 *
 * Prices are the latest ones, so only symbols that were last traded on that day are included.
 */
export function biggestMoves(quotes: ReadonlyMap<string, Quote>, day: string, most: number): Move[] {
  const moves: Move[] = [];
  for (const [symbol, { price, dayOpen, day: of }] of quotes) {
    if (of !== day || dayOpen === 0) continue;
    const basisPoints = Math.round(((price - dayOpen) / dayOpen) * 10_000);
    moves.push({ symbol, name: listingOf(symbol)?.name ?? symbol, price, dayOpen, basisPoints });
  }
  moves.sort((a, b) => Math.abs(b.basisPoints) - Math.abs(a.basisPoints) || (a.symbol < b.symbol ? -1 : 1));
  return moves.slice(0, most);
}

/** Merges the rankings of all shards. */
function merged(rows: readonly Trader[], measure: (trader: Trader) => number | bigint): Trader[] {
  return rows
    .map(({ user, trades, volume, value }) => ({ user, trades, volume, value }))
    .sort((a, b) => {
      const [x, y] = [measure(a), measure(b)];
      return x > y ? -1 : x < y ? 1 : a.user < b.user ? -1 : 1;
    });
}

/** Adds up the rows of all shards, in the order of first appearance of their keys. */
function added<R extends Total, K>(rows: readonly R[], keyOf: (row: R) => K): [K, Total][] {
  const parts = new Map<K, R[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const of = parts.get(key);
    if (of === undefined) parts.set(key, [row]);
    else of.push(row);
  }
  return [...parts].map(([key, of]) => [key, sum(of)]);
}

function sum(parts: readonly Total[]): Total {
  let [trades, volume, value, buyValue] = [0, 0n, 0n, 0n];
  for (const part of parts) {
    trades += part.trades;
    volume += part.volume;
    value += part.value;
    buyValue += part.buyValue;
  }
  return { trades, volume, value, buyValue };
}

function greatestFirst<K>([a, { value: x }]: [K, Total], [b, { value: y }]: [K, Total]): number {
  return x > y ? -1 : x < y ? 1 : a < b ? -1 : 1;
}
