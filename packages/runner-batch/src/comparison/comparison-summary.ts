import type { Table } from '@stockafolio/core';
import type { Progress } from '@stockafolio/engine';
import type { Difference, ReconcileCounts } from '../reconcile.js';
import type { Comparison, ComparedPartition, ComparedTable, KeptDifference } from './comparison.js';
import { differingColumns, keyText } from './describe-difference.js';

/** How many differences a comparison keeps: the first ones, in the order of the tables and their keys. */
export const MOST_DIFFERENCES = 50;
/** Longest key or value that is kept of a difference, in UTF-16 units. */
const LONGEST = 200;

/** What both sides were at the time of a comparison, by partition. */
export interface ComparedProgress {
  /** The expected tables: those of the archive, or of the batch. */
  readonly expected: ReadonlyMap<number, Progress>;
  /** The tables that were compared with them, before the first row was read. */
  readonly found: ReadonlyMap<number, Progress>;
}

/** Counts what a comparison finds, table by table, and remembers the first differences. */
export class ComparisonSummary {
  readonly #tables = new Map<string, ComparedTable>();
  readonly #first = new Map<Difference, KeptDifference>();

  /** A difference that was found. */
  add(difference: Difference): void {
    const { table, kind } = difference;
    const counts = this.#of(table);
    this.#tables.set(table.name, { ...counts, [kind]: counts[kind] + 1 });
    if (this.#first.size < MOST_DIFFERENCES) this.#first.set(difference, kept(difference));
  }

  /** One of them that is newer than what it was compared with, as was noticed later. */
  withdraw(difference: Difference): void {
    const { table, kind } = difference;
    const counts = this.#of(table);
    this.#tables.set(table.name, { ...counts, [kind]: counts[kind] - 1, newer: counts.newer + 1 });
    this.#first.delete(difference);
  }

  /** The end of a table, with the rows that were compared. */
  endOf(table: Table, { compared, newer }: ReconcileCounts): void {
    const counts = this.#of(table);
    this.#tables.set(table.name, { ...counts, compared, newer: counts.newer + newer });
  }

  result(of: {
    readonly comparedAt: number;
    readonly against: Comparison['against'];
    readonly day?: string | undefined;
    readonly progress: ComparedProgress;
    readonly isWhole: boolean;
    readonly repaired: number;
  }): Comparison {
    const { progress, day, ...facts } = of;
    return {
      ...{ ...facts, day: day ?? null, partitions: partitionsOf(progress) },
      ...{ tables: [...this.#tables.values()], differences: [...this.#first.values()] },
    };
  }

  #of({ name }: Table): ComparedTable {
    return this.#tables.get(name) ?? { table: name, ...NOTHING };
  }
}

const NOTHING = { compared: 0, newer: 0, changed: 0, missing: 0, extra: 0, stale: 0 };

function kept(difference: Difference): KeptDifference {
  const { table, kind, expected, found } = difference;
  return {
    ...{ table: table.name, kind, key: short(keyText(difference)) },
    columns: differingColumns(difference).map(({ column, ...values }) => ({
      column,
      expected: values.expected === null ? null : short(values.expected),
      found: values.found === null ? null : short(values.found),
    })),
    ...{ expectedVersion: expected?.version ?? null, foundVersion: found?.version ?? null },
  };
}

function short(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}

function partitionsOf({ expected, found }: ComparedProgress): readonly ComparedPartition[] {
  const all = [...new Set([...expected.keys(), ...found.keys()])].sort((a, b) => a - b);
  return all.map((partition) => ({
    partition,
    expected: expected.get(partition)?.offset ?? 0,
    found: found.get(partition)?.offset ?? 0,
    source: found.get(partition)?.source ?? null,
  }));
}
