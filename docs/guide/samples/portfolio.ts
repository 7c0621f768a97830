// #region portfolio
import { pipelineHarness } from '@stockafolio/testing';
import { generateTrades, portfolio, portfolioFigures, type Trade } from '@stockafolio/example';

const market = generateTrades({ trades: 1_000, users: 1, seed: 1, start: Date.UTC(2026, 0, 5, 15), rate: 100 });
const harness = pipelineHarness<Trade>(portfolio);
harness.push(...market.next(1_000));
await harness.commit();
export const figures = await portfolioFigures(harness.tables, 'u0');
// #endregion portfolio
