import type { Pipeline } from '@stockafolio/core';
import type { Tables } from '@stockafolio/core/ports';
import { readProgress, tablesOf } from '@stockafolio/engine';
import { comparisons, ComparisonSummary, keepComparison, reconcile } from '@stockafolio/runner-batch';

/**
 * Compares live tables with those of the batch, and keeps the result beside the live ones, where the dashboards show it.
 *
 * @param now epoch milliseconds
 * @returns how many rows were compared, and how many differ
 */
export async function compareClose(
  pipeline: Pipeline,
  live: Tables,
  close: Tables,
  now: number,
): Promise<{ readonly compared: number; readonly differences: number }> {
  const counts = { compared: 0, newer: 0 };
  let differences = 0;
  const summary = new ComparisonSummary();
  const progress = {
    expected: await readProgress(close, pipeline.name),
    found: await readProgress(live, pipeline.name),
  };
  const options = { upTo: Number.POSITIVE_INFINITY, now, onTable: summary.endOf.bind(summary) };
  for await (const difference of reconcile(close, live, tablesOf(pipeline), options, counts)) {
    differences++;
    summary.add(difference);
  }
  await live.create([comparisons]);
  await keepComparison(
    live,
    pipeline.name,
    summary.result({ comparedAt: now, against: 'batch', progress, isWhole: true, repaired: 0 }),
  );
  return { compared: counts.compared, differences };
}
