import { type Pipeline, rowObject, type RowOf, type Table } from '@stockafolio/core';
import type { Tables } from '@stockafolio/core/ports';
import { deadLetters, tablesOf } from '@stockafolio/engine';
import type { ReadTable } from '../query.js';
import { without } from '../without.js';

/** What a run has left: every row of its tables, with its version. */
export interface Outcome {
  readonly rows: readonly string[];
  readonly deadLetters: number;
  readonly read: ReadTable;
}

export async function outcomeOf(pipeline: Pipeline, tables: Tables): Promise<Outcome> {
  // The rows of a ranking have the version of the commit at which they were written.
  const isRanking = pipeline.plan.operators.some(({ kind }) => kind === 'topByKey');
  const rows: string[] = [];
  let letters = 0;
  const own = new Set(pipeline.plan.tables.map(({ name }) => name));
  for (const table of tablesOf(pipeline).filter(({ name }) => own.has(name) || name === deadLetters.name)) {
    for await (const { values, version } of tables.scanAll(table)) {
      rows.push(shown([table.name, rowObject(table, values), isRanking ? 0 : version]));
      if (table.name === deadLetters.name) letters++;
    }
  }
  return { rows, deadLetters: letters, read: (table) => rowsOf(tables, table) };
}

/** The rows of a table, without the number of the partition that wrote each: a reader sums over them. */
async function rowsOf<T extends Table>(tables: Tables, table: T): Promise<RowOf<T>[]> {
  const rows: RowOf<T>[] = [];
  for await (const { values } of tables.scanAll(table)) {
    rows.push(without(rowObject(table, values), 'shard') as RowOf<T>);
  }
  return rows;
}

function shown(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? `${each}n` : each));
}
