import type { Tables } from '@stockafolio/core/ports';
import { readProgress, tablesOf } from '@stockafolio/engine';
import { comparisons, ComparisonSummary, keepComparison, reconcile } from '@stockafolio/runner-batch';
import { portfolio } from '../src/pipeline.js';

/** Compares live tables with expected ones, and keeps the result beside them, as the commands do. */
export async function compareAndKeep(expected: Tables, live: Tables, now: number): Promise<void> {
  const summary = new ComparisonSummary();
  const progress = {
    expected: await readProgress(expected, portfolio.name),
    found: await readProgress(live, portfolio.name),
  };
  const options = { upTo: Number.POSITIVE_INFINITY, now, onTable: summary.endOf.bind(summary) };
  const counts = { compared: 0, newer: 0 };
  for await (const each of reconcile(expected, live, tablesOf(portfolio), options, counts)) summary.add(each);
  await live.create([comparisons]);
  const of = { comparedAt: now, against: 'batch', progress, isWhole: true, repaired: 0 } as const;
  await keepComparison(live, portfolio.name, summary.result(of));
}
