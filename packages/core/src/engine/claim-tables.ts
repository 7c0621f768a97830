import { StockafolioError } from '../errors/index.js';
import type { StoredRow, Tables } from '../ports/index.js';
import { rowObject, type Table } from '../table/index.js';
import { deadLetters, progress, tableWriters } from './system-tables.js';

export interface TableClaim {
  readonly pipeline: string;
  readonly runner: 'stream' | 'batch';
  /** Where its checkpoints are; undefined where nobody else can open them. */
  readonly checkpoints: string | undefined;
  /** Take tables over that were written with other checkpoints: for where those are lost, and the program is the same. */
  readonly takeOver?: boolean;
}

/**
 * Creates tables, and notes who writes them. A second writer is refused: another pipeline, or a run whose checkpoints are
 * elsewhere. Both give rows the versions of their source's clock, and of two rows of one version a store keeps the first:
 * what the second computes otherwise would be lost without a word.
 *
 * @throws ERR_TABLES_TAKEN naming the table and its writer
 */
export async function claimTables(tables: Tables, made: readonly Table[], claim: TableClaim): Promise<void> {
  await tables.create([...made, tableWriters as Table]);
  const own = new Set([progress.name, deadLetters.name]);
  for (const { name } of made) {
    if (own.has(name)) continue;
    const before = await writersOf(tables, name);
    const mine = before.find((writer) => writer.runner === claim.runner);
    check(name, before, claim, claim.takeOver ?? false);
    if (mine !== undefined && (mine.checkpoints === claim.checkpoints || claim.checkpoints === undefined)) continue;
    const values = [name, claim.runner, claim.pipeline, claim.checkpoints];
    await tables.write([{ table: tableWriters as Table, values, version: (mine?.version ?? 0) + 1 }]);
    // Of two that claim it at once one row stays.
    check(name, await writersOf(tables, name), claim, false);
  }
}

interface Writer {
  readonly runner: string;
  readonly pipeline: string;
  readonly checkpoints: string | undefined;
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
    checkpoints: checkpoints === undefined ? undefined : String(checkpoints),
    version,
  };
}

function check(table: string, writers: readonly Writer[], claim: TableClaim, takeOver: boolean): void {
  const other = writers.find(({ pipeline }) => pipeline !== claim.pipeline);
  if (other !== undefined) {
    throw new StockafolioError(
      'ERR_TABLES_TAKEN',
      `table '${table}' is written by pipeline '${other.pipeline}'; this is pipeline '${claim.pipeline}'`,
      { hint: 'give each pipeline tables of its own: other names, another folder or keyspace' },
    );
  }
  const { checkpoints } = writers.find(({ runner }) => runner === claim.runner) ?? { checkpoints: undefined };
  if (takeOver || checkpoints === undefined || claim.checkpoints === undefined || checkpoints === claim.checkpoints)
    return;
  throw new StockafolioError(
    'ERR_TABLES_TAKEN',
    `table '${table}' is written with the checkpoints in ${checkpoints}; these are in ${claim.checkpoints}`,
    {
      hint: 'use those checkpoints, or other tables; where those are lost or were moved, and the pipeline is the same, --take-over',
    },
  );
}
