import type { Tables } from '@stockafolio/core/ports';
import { sectorTotals, symbolTotals } from '../tables.js';
import type { Total } from './firm-figures.js';
import { readVersioned } from './read-rows.js';

/** The figures of a day that the close has: those of sectors, or of symbols. */
export type TwinsOf = 'sectors' | 'symbols';

/** The table of these figures; both have a row for each name and shard. */
export const twinTables = { sectors: sectorTotals, symbols: symbolTotals } as const;

/** A row of such a table; `version` in microseconds. */
export interface TwinRow extends Total {
  readonly name: string;
  readonly shard: number;
  readonly version: number;
}

/** A figure in both tables; a side without a row counts as zero. */
export interface Twin {
  readonly name: string;
  readonly live: Total;
  readonly close: Total;
}

/** The rows of a day, or of one name of it, in the order of names and shards. */
export async function twinRows(tables: Tables, of: TwinsOf, day: string, name?: string): Promise<TwinRow[]> {
  const prefix = name === undefined ? [day] : [day, name];
  if (of === 'sectors') {
    const rows = await readVersioned(tables, sectorTotals, prefix);
    return rows.map(({ row: { sector, ...rest }, version, shard }) => ({ name: sector, version, shard, ...rest }));
  }
  const rows = await readVersioned(tables, symbolTotals, prefix);
  return rows.map(({ row: { symbol, ...rest }, version, shard }) => ({ name: symbol, version, shard, ...rest }));
}

/** Each figure that either side has, added up over all shards; the greatest value first, ties by name. */
export function twinsOf(live: readonly TwinRow[], close: readonly TwinRow[]): Twin[] {
  const [ofLive, ofClose] = [byName(live), byName(close)];
  return [...new Set([...ofLive.keys(), ...ofClose.keys()])]
    .map((name) => ({ name, live: ofLive.get(name) ?? NOTHING, close: ofClose.get(name) ?? NOTHING }))
    .sort((a, b) =>
      a.live.value === b.live.value ? (a.name < b.name ? -1 : 1) : a.live.value > b.live.value ? -1 : 1,
    );
}

/** Sums of trades, from which others are subtracted. */
export function minus(a: Total, b: Total): Total {
  return {
    trades: a.trades - b.trades,
    volume: a.volume - b.volume,
    value: a.value - b.value,
    buyValue: a.buyValue - b.buyValue,
  };
}

export function plus(a: Total, b: Total): Total {
  return {
    trades: a.trades + b.trades,
    volume: a.volume + b.volume,
    value: a.value + b.value,
    buyValue: a.buyValue + b.buyValue,
  };
}

export const NOTHING: Total = { trades: 0, volume: 0n, value: 0n, buyValue: 0n };

function byName(rows: readonly TwinRow[]): Map<string, Total> {
  const sums = new Map<string, Total>();
  for (const row of rows) sums.set(row.name, plus(sums.get(row.name) ?? NOTHING, row));
  return sums;
}
