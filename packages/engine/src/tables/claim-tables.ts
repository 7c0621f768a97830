import { isStockafolioError, rowObject, StockafolioError, type Table } from '@stockafolio/core';
import type { Clock, Mutation, StoredRow, Tables } from '@stockafolio/core/ports';
import { isSameStore, locationOf, type CheckpointStore } from '../checkpoint/store-id.js';
import { deadLetterTables, progress, runTables, tableWriters } from './system-tables.js';

const ATTEMPTS = 10;
/** Milliseconds between two attempts. */
const PAUSE = 500;

export interface TableClaim {
  readonly pipeline: string;
  readonly runner: 'stream' | 'batch';
  /** The checkpoints of the run; undefined if no other process can open them, as in memory. Then nothing is claimed. */
  readonly checkpoints: CheckpointStore | undefined;
  readonly clock: Pick<Clock, 'sleep'>;
  /** Take over tables that were written with other checkpoints: for when those are lost and the program is the same. */
  readonly takeOver?: boolean;
}

/** A claim that names its checkpoints. */
type NamedClaim = TableClaim & { readonly checkpoints: CheckpointStore };

/**
 * Creates tables and records their writer. A second writer is rejected: another pipeline, or a run with checkpoints
 * other than the recorded ones, even if those were moved. Both would give rows the versions of their source's clock,
 * and a store keeps the first of two rows with equal versions: different results of the second writer would be lost
 * without an error.
 *
 * @throws ERR_TABLES_TAKEN naming the table and its writer
 */
export async function claimTables(tables: Tables, made: readonly Table[], claim: TableClaim): Promise<void> {
  const { checkpoints } = claim;
  if (checkpoints === undefined) return tables.create([...runTables, ...made]);
  for (let attempt = 1; ; attempt++) {
    try {
      // The table of writers is created first and read last, so a store whose servers must agree on it has had time to.
      await tables.create([tableWriters as Table, ...runTables, ...made]);
      return await claimAll(tables, made, { ...claim, checkpoints });
    } catch (error) {
      // Another process is creating the same tables, and the store has not yet settled which ones count.
      if (!isStockafolioError(error, 'ERR_TABLE_UNKNOWN') || attempt === ATTEMPTS) throw error;
      await claim.clock.sleep(PAUSE);
    }
  }
}

async function claimAll(tables: Tables, made: readonly Table[], claim: NamedClaim): Promise<void> {
  const { checkpoints, pipeline, runner, takeOver = false } = claim;
  const own = new Set([progress, ...deadLetterTables].map(({ name }) => name));
  const claimed: Mutation[] = [];
  for (const { name } of made) {
    if (own.has(name)) continue;
    const before = await writersOf(tables, name);
    check(name, before, claim, takeOver);
    const mine = before.find((writer) => writer.runner === runner);
    if (mine?.checkpoints === checkpoints.id) continue;
    const values = [name, runner, pipeline, checkpoints.id];
    claimed.push({ table: tableWriters as Table, values, version: (mine?.version ?? 0) + 1 });
  }
  if (claimed.length === 0) return;
  await tables.write(claimed);
  // If two processes claim a table at the same time, one row remains.
  for (const { values } of claimed) check(String(values[0]), await writersOf(tables, String(values[0])), claim, false);
}

interface Writer {
  readonly runner: string;
  readonly pipeline: string;
  readonly checkpoints: string;
  readonly version: number;
}

async function writersOf(tables: Tables, name: string): Promise<Writer[]> {
  const writers: Writer[] = [];
  for await (const row of tables.scan(tableWriters as Table, [name])) writers.push(writerOf(row));
  return writers;
}

function writerOf({ values, version }: StoredRow): Writer {
  const { runner, pipeline, checkpoints } = rowObject(tableWriters as Table, values);
  return {
    runner: String(runner),
    pipeline: String(pipeline),
    checkpoints: String(checkpoints),
    version,
  };
}

function check(table: string, writers: readonly Writer[], claim: NamedClaim, takeOver: boolean): void {
  const other = writers.find(({ pipeline }) => pipeline !== claim.pipeline);
  if (other !== undefined) {
    throw new StockafolioError(
      'ERR_TABLES_TAKEN',
      `table '${table}' is written by pipeline '${other.pipeline}'; this is pipeline '${claim.pipeline}'`,
      { hint: 'give each pipeline its own tables: use other names, another folder or another keyspace' },
    );
  }
  const mine = writers.find(({ runner }) => runner === claim.runner);
  const { checkpoints } = claim;
  if (takeOver || mine === undefined || isSameStore(checkpoints, mine.checkpoints)) return;
  throw new StockafolioError(
    'ERR_TABLES_TAKEN',
    `table '${table}' is written with the checkpoints in ${locationOf(mine.checkpoints)}; these are in ${checkpoints.location}`,
    {
      hint: 'use those checkpoints, or other tables; if those are lost and the pipeline is the same, use --take-over',
    },
  );
}
