import type { Return } from '../../books/returns.js';
import { formatMoney } from '@stockafolio/core';
import type { PerformanceAt, Range } from '../../figures/performance.js';
import type { RangeFigures } from '../performance-book.js';
import type { WireAsOf, WirePerformance, WirePerformancePoint, WireReturn } from './types.js';
import { decimalOrNull } from './values.js';

export function wirePerformance(
  { user, range, day }: { readonly user: string; readonly range: Range; readonly day: string },
  { performance, dividends, hasCash, otherCurrencies, differing }: RangeFigures,
  progress: WireAsOf,
): WirePerformance {
  const { points, timeWeighted, moneyWeighted, market } = performance;
  const last = points.at(-1);
  return {
    ...{ user, range, day, progress, hasCash },
    points: points.map(wirePoint),
    summary: {
      value: decimalOrNull(last?.value),
      invested: decimalOrNull(last?.invested),
      profit: decimalOrNull(last?.profit),
      timeWeighted: wireReturn(timeWeighted),
      moneyWeighted: wireReturn(moneyWeighted),
      marketTimeWeighted: wireReturn(market.timeWeighted),
      marketMoneyWeighted: wireReturn(market.moneyWeighted),
    },
    dividends: dividends.map((each) => ({ ...each, amount: formatMoney(each.amount) })),
    ...{ otherCurrencies, differing },
  };
}

function wirePoint({
  at,
  value,
  invested,
  profit,
  growth,
  market,
  unpriced,
  earlier,
}: PerformanceAt): WirePerformancePoint {
  return {
    ...{ at, value: decimalOrNull(value), invested: decimalOrNull(invested), profit: decimalOrNull(profit) },
    ...{ index: levelOrNull(growth), market: levelOrNull(market), unpriced, earlier },
  };
}

/** A growth as the level of an index that begins at 100. */
function levelOrNull(growth: number | undefined): number | null {
  return growth === undefined ? null : growth * 100;
}

function wireReturn(of: Return): WireReturn {
  if (of.kind === 'none') return { rates: [], why: of.why };
  return { rates: of.kind === 'rate' ? [of.rate] : of.rates, why: null };
}
