import type { Return } from '../../books/returns.js';
import { formatMoney } from '@stockafolio/core';
import type { PerformanceAt, Range } from '../../figures/performance.js';
import type { RangeFigures } from '../performance-book.js';
import type { WireAsOf, WirePerformance, WirePerformancePoint, WireReturn } from './types.js';
import { wireSession } from './portfolio.js';
import { decimalOrNull } from './values.js';

interface Asked {
  readonly user: string;
  readonly range: Range;
  readonly day: string;
}

/** The answer if there are no results: the reason, and whether the tables have any. */
export function wireNoPerformance(of: Asked, kept: boolean, why: string, progress: WireAsOf): WirePerformance {
  const none: WireReturn = { rates: [], why };
  return {
    ...{
      ...of,
      session: wireSession(of.day),
      progress,
      kept,
      why,
      hasCash: false,
      points: [],
      dividends: [],
      otherCurrencies: 0,
      differing: 0,
    },
    summary: {
      ...{ value: null, invested: null, profit: null, timeWeighted: none, moneyWeighted: none },
      ...{ marketTimeWeighted: none, marketMoneyWeighted: none },
    },
  };
}

export function wirePerformance(
  of: Asked,
  { performance, dividends, hasCash, otherCurrencies, differing }: RangeFigures,
  progress: WireAsOf,
): WirePerformance {
  const { points, timeWeighted, moneyWeighted, market } = performance;
  const last = points.at(-1);
  return {
    ...{ ...of, session: wireSession(of.day), progress, kept: true, why: null, hasCash },
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

function wirePoint(point: PerformanceAt): WirePerformancePoint {
  const { at, value, invested, profit, growth, market, marketValue, unpriced, earlier } = point;
  return {
    ...{ at, value: decimalOrNull(value), invested: decimalOrNull(invested), profit: decimalOrNull(profit) },
    ...{ index: levelOrNull(growth), market: levelOrNull(market) },
    marketValue: marketValue === undefined ? null : formatMoney(Math.round(marketValue)),
    ...{ unpriced, earlier },
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
