// #region harness
import type { Table } from '@stockafolio/core';
import { pipelineHarness } from '@stockafolio/testing';
import { counts } from './small.js';

/** The rows of a table of `counts` after two visits, although the run is killed after the second. */
export async function afterKill(pages: Table): Promise<readonly unknown[]> {
  const harness = pipelineHarness(counts);
  harness.push({ page: '/home', time: 0 });
  await harness.commit();
  await harness.checkpoint();
  harness.push({ page: '/home', time: 1 });
  await harness.restart();
  await harness.commit();
  return harness.rows(pages);
}
// #endregion harness
