import { readFileSync } from 'node:fs';
import { fileArchive } from '@stockafolio/connectors/archive';
import { systemClock } from '@stockafolio/connectors/clock-system';
import { filesLocal } from '@stockafolio/connectors/files-local';
import { portfolio, type StreamEvent, trades, wireForm } from '@stockafolio/example';
import type { BatchPorts, BatchUnit, UnitResult } from '@stockafolio/runner-batch';
import { summingTables, type Sums, type SummingTables } from './summing-tables.js';

/** The settings of a worker, beside the unit: plain data. */
export interface Place {
  readonly archive: string;
  readonly checkpoints: string;
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
export function openPorts({
  archive,
  checkpoints,
}: Place): BatchPorts<StreamEvent> & { readonly tables: SummingTables } {
  return {
    pipeline: portfolio,
    codec: wireForm,
    archive: fileArchive(filesLocal(archive), trades),
    tables: summingTables(),
    checkpoints: filesLocal(checkpoints),
    clock: systemClock,
  };
}

/** The most memory that this process has held, MiB. */
export function peakMemory(): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) / 1024;
}
