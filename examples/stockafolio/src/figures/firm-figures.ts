import type { Tables } from '@stockafolio/core/ports';
import { minuteTotals, sectorTotals, topTraders } from '../tables.js';
import { rowsOf } from './portfolio-figures.js';

/** Figures of several shards added up. `value` in 1e-4 USD. */
export interface Total {
  readonly trades: number;
  readonly volume: number;
  readonly value: bigint;
}

/** What the firm's dashboard shows of a day. */
export interface FirmFigures {
  readonly day: string;
  readonly total: Total;
  /** The users with the greatest value, the greatest first. */
  readonly traders: readonly { readonly user: string; readonly trades: number; readonly value: number }[];
  /** The greatest value first. */
  readonly sectors: readonly (Total & { readonly sector: string })[];
  /** In order of time; `minute` counts from midnight in New York. */
  readonly minutes: readonly (Total & { readonly minute: number })[];
}

/** Reads the firm's figures of a day, `YYYY-MM-DD`, over all shards. */
export async function firmFigures(tables: Tables, day: string, most = 10): Promise<FirmFigures> {
  const traders = (await rowsOf(tables, topTraders, [day])).map((row) => ({
    user: String(row['user']),
    trades: Number(row['trades']),
    value: Number(row['value']),
  }));
  traders.sort((a, b) => b.value - a.value || (a.user < b.user ? -1 : 1));
  const sectors = merged(await rowsOf(tables, sectorTotals, [day]), 'sector').map(([sector, total]) => ({
    sector,
    ...total,
  }));
  sectors.sort((a, b) => (a.value > b.value ? -1 : a.value < b.value ? 1 : 0));
  const minutes = merged(await rowsOf(tables, minuteTotals, [day]), 'minute').map(([minute, total]) => ({
    minute: Number(minute),
    ...total,
  }));
  return { day, total: sum(sectors), traders: traders.slice(0, most), sectors, minutes };
}

function merged(rows: readonly Readonly<Record<string, unknown>>[], by: string): [string, Total][] {
  const groups = new Map<string, Total[]>();
  for (const row of rows) {
    const key = String(row[by]);
    const part = { trades: Number(row['trades']), volume: Number(row['volume']), value: BigInt(String(row['value'])) };
    groups.set(key, [...(groups.get(key) ?? []), part]);
  }
  return [...groups].map(([key, parts]) => [key, sum(parts)]);
}

function sum(parts: readonly Total[]): Total {
  return parts.reduce(
    (total, part) => ({
      trades: total.trades + part.trades,
      volume: total.volume + part.volume,
      value: total.value + part.value,
    }),
    { trades: 0, volume: 0, value: 0n },
  );
}
