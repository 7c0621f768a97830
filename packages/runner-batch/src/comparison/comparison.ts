import { isStockafolioError, table, text, timestamp } from '@stockafolio/core';
import type { Tables } from '@stockafolio/core/ports';
import type { Difference } from '../reconcile.js';
import type { ColumnDifference } from './describe-difference.js';

/** What a comparison has found in one table, in rows. */
export interface ComparedTable {
  readonly table: string;
  /** Rows that both sides have. */
  readonly compared: number;
  /** Rows that come from later messages than the expected ones, and were not judged. */
  readonly newer: number;
  readonly changed: number;
  readonly missing: number;
  readonly extra: number;
  readonly stale: number;
}

/** How far both sides of a comparison were in a partition: the next offset of each. */
export interface ComparedPartition {
  readonly partition: number;
  readonly expected: number;
  readonly found: number;
  /** The identity of the source of the compared tables; null if they had nothing of it. */
  readonly source: string | null;
}

/** One of the first differences; versions in microseconds, null for an absent row. */
export interface KeptDifference {
  readonly table: string;
  readonly kind: Difference['kind'];
  readonly key: string;
  readonly columns: readonly ColumnDifference[];
  readonly expectedVersion: number | null;
  readonly foundVersion: number | null;
}

/** The result of a comparison of tables with what they should be. */
export interface Comparison {
  /** Epoch milliseconds at which it began. */
  readonly comparedAt: number;
  /** With what the tables were compared: recomputed from the archive, or the tables of the batch. */
  readonly against: 'archive' | 'batch';
  /** The day up to whose end the archive was recomputed; null for all of it. */
  readonly day: string | null;
  /** False if files of the archive were missing, as was allowed. */
  readonly isWhole: boolean;
  /** How many of the differences were repaired. */
  readonly repaired: number;
  readonly partitions: readonly ComparedPartition[];
  readonly tables: readonly ComparedTable[];
  /** The first differences. */
  readonly differences: readonly KeptDifference[];
}

/**
 * The last comparison of the tables of each pipeline, beside these tables. It is one row, so that readers never see half
 * of it.
 *
 * - `form`: of the result, {@link FORM}
 * - `result`: a {@link Comparison} as JSON
 */
export const comparisons = table(
  'comparisons',
  { partitionBy: ['pipeline'] },
  { pipeline: text(), comparedAt: timestamp(), form: text(), result: text({ max: 1 << 20 }) },
);

/** A later form of the result has another name, and is not read by this one. */
const FORM = 'comparison-1';

/**
 * Keeps a result in the place of the last one, unless that is newer.
 *
 * @example
 * await tables.create([comparisons]);
 * await keepComparison(tables, 'portfolio', summary.result({ ... }));
 */
export async function keepComparison(
  tables: Pick<Tables, 'write'>,
  pipeline: string,
  result: Comparison,
): Promise<void> {
  const { comparedAt } = result;
  const values = [pipeline, comparedAt, FORM, JSON.stringify(result)];
  await tables.write([{ table: comparisons, values, version: comparedAt * 1_000 }]);
}

/** The last comparison that was kept; undefined if there is none, or only one of another form. */
export async function lastComparison(tables: Pick<Tables, 'get'>, pipeline: string): Promise<Comparison | undefined> {
  try {
    const found = await tables.get(comparisons, [pipeline]);
    const [, , form, result] = found?.values ?? [];
    return form === FORM && typeof result === 'string' ? (JSON.parse(result) as Comparison) : undefined;
  } catch (error) {
    // The first comparison creates the table.
    if (isStockafolioError(error, 'ERR_TABLE_UNKNOWN')) return undefined;
    throw error;
  }
}
