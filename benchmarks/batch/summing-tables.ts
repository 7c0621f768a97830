import type { Table } from '@stockafolio/core';
import type { Mutation, Tables } from '@stockafolio/core/ports';
import { portfolio, positions, sectorTotals, SHARE, userTotals } from '@stockafolio/example';
import { countingTables } from '../live/counting-tables.js';

/** Sums over rows that do not depend on the order of the trades; bigints as text. */
export interface Sums {
  readonly trades: number;
  /** In shares. */
  readonly volume: number;
  readonly value: string;
  readonly users: number;
  readonly positions: number;
  /** Shares held, over all positions. */
  readonly quantity: number;
  readonly sectorValue: string;
}

export interface SummingTables extends Tables {
  /** Over all rows so far. */
  sums(): Sums;
}

/** Few rows wait for a write, so that discarded ones do not survive a garbage collection. */
const AT_ONCE = 256;

const QUANTITY = indexOf(positions, 'quantity');
const TRADES = indexOf(userTotals, 'trades');
const VOLUME = indexOf(userTotals, 'volume');
const VALUE = indexOf(userTotals, 'value');
const SECTOR_VALUE = indexOf(sectorTotals, 'value');

/**
 * Tables that add up the rows of the pipeline as they are written, and do not store them: the cost of a batch without
 * its sink. A batch writes every row once, with its final values; if it did not, the sums would be wrong.
 */
export function summingTables(): SummingTables {
  const { create, get, scan, scanAll, close, write } = countingTables(portfolio);
  const sums = { trades: 0, volume: 0, users: 0, positions: 0, quantity: 0 };
  let [value, sectorValue] = [0n, 0n];

  const add = ({ table, values }: Mutation): void => {
    if (table === positions) {
      sums.positions++;
      sums.quantity += Number(values[QUANTITY]) / SHARE;
    } else if (table === userTotals) {
      sums.users++;
      sums.trades += Number(values[TRADES]);
      sums.volume += Number(values[VOLUME]) / SHARE;
      value += BigInt(Number(values[VALUE]));
    } else if (table === sectorTotals) sectorValue += values[SECTOR_VALUE] as bigint;
  };

  return {
    inKeyOrder: true,
    rowsAtOnce: AT_ONCE,
    async write(rows) {
      for (const row of rows) add(row);
      await write(rows);
    },
    sums: () => ({ ...sums, value: String(value), sectorValue: String(sectorValue) }),
    ...{ create, get, scan, scanAll, close },
  };
}

function indexOf(table: Table, column: string): number {
  return table.columns.findIndex(({ name }) => name === column);
}
