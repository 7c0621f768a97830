import { readFileSync } from 'node:fs';
import { fileArchive } from '@stockafolio/connectors/archive';
import { systemClock } from '@stockafolio/connectors/clock-system';
import { filesLocal } from '@stockafolio/connectors/files-local';
import type { Table } from '@stockafolio/core';
import type { Tables } from '@stockafolio/core/ports';
import { portfolio, positions, sectorTotals, type Trade, trades, userTotals, wireForm } from '@stockafolio/example';
import type { BatchPorts, BatchUnit, UnitResult } from '@stockafolio/runner-batch';
import { memoryTables } from '@stockafolio/testing';

/** Sums over the tables of a unit that do not depend on the order of the trades; bigints as text. */
export interface Sums {
  readonly trades: number;
  readonly volume: number;
  readonly value: string;
  readonly users: number;
  readonly positions: number;
  /** Shares held, over all positions. */
  readonly quantity: number;
  readonly sectorValue: string;
}

/** The settings of a worker, beside the unit: plain data. */
export interface Place {
  readonly archive: string;
  readonly checkpoints: string;
  /** Rows are counted and discarded: the rest is the memory of the run itself. */
  readonly forget: boolean;
  /** Units are run with the loop over typed arrays instead. */
  readonly byHand?: boolean;
}

export type ToUnitWorker = { readonly unit: BatchUnit } | { readonly sums: true };
export type FromUnitWorker =
  | { readonly ready: true }
  | { readonly result: UnitResult; readonly peak: number }
  | { readonly sums: Sums }
  | { readonly failed: string };

/** Opens the ports of a run; every worker has its own tables, because partitions have no row in common. */
export function openPorts({ archive, checkpoints, forget }: Place): BatchPorts<Trade> {
  return {
    pipeline: portfolio,
    codec: wireForm,
    archive: fileArchive(filesLocal(archive), trades),
    tables: forget ? forgetting(memoryTables()) : memoryTables(),
    checkpoints: filesLocal(checkpoints),
    clock: systemClock,
  };
}

function forgetting(tables: Tables): Tables {
  return { ...tables, write: async () => undefined };
}

/** The most memory that this process has held, MiB. */
export function peakMemory(): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) / 1024;
}

export async function sumsOf(tables: Tables): Promise<Sums> {
  const sums = { trades: 0, volume: 0, users: 0, positions: 0, quantity: 0 };
  let [value, sectorValue] = [0n, 0n];
  for await (const row of rowsOf(tables, userTotals)) {
    sums.users++;
    sums.trades += Number(row('trades'));
    sums.volume += Number(row('volume'));
    value += BigInt(row('value') as number);
  }
  for await (const row of rowsOf(tables, positions)) {
    sums.positions++;
    sums.quantity += Number(row('quantity'));
  }
  for await (const row of rowsOf(tables, sectorTotals)) sectorValue += row('value') as bigint;
  return { ...sums, value: String(value), sectorValue: String(sectorValue) };
}

async function* rowsOf(tables: Tables, table: Table): AsyncGenerator<(column: string) => unknown> {
  const places = new Map(table.columns.map(({ name }, place) => [name, place]));
  for await (const { values } of tables.scanAll(table)) yield (column) => values[places.get(column) ?? -1];
}
