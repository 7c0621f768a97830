import type { WirePerformance } from '@stockafolio/example/api';
import { floatOf } from '../figures/money.js';
import { minuteOf } from '../figures/new-york.js';

/** What a chart of results shows. */
export type Measure = 'profit' | 'value' | 'return';

type Known = number | null;

/** The lines of a chart of results; null where a figure is not known, which leaves a gap. */
export interface PerformancePoints {
  /** The minute of the day; for longer ranges the number of the point, so that nights take no room. */
  readonly xs: readonly number[];
  /** Days, or times of one day. */
  readonly times: readonly string[];
  /** The account's profit, value, or return in per cent. */
  readonly own: readonly Known[];
  /** What the same payments would have made of the market; of returns those of the index. */
  readonly market: readonly Known[];
  /** Only beside the value. */
  readonly invested: readonly Known[] | undefined;
}

const known = (decimal: string | null): Known => (decimal === null ? null : floatOf(decimal));

/** The points of one measure. Those of a day begin with its first moment: the close before has no minute. */
export function performancePoints({ points, range }: WirePerformance, measure: Measure): PerformancePoints {
  const isDay = range === '1D';
  const shown = isDay ? points.slice(1) : points;
  return {
    xs: shown.map(({ at }, n) => (isDay ? minuteOf(at) : n)),
    times: shown.map(({ at }) => at),
    own: shown.map(({ profit, value, index }) =>
      measure === 'profit' ? known(profit) : measure === 'value' ? known(value) : perCent(index),
    ),
    market: shown.map(({ marketValue, profit, value, market }) => {
      if (measure === 'return') return perCent(market);
      if (marketValue === null) return null;
      if (measure === 'value') return floatOf(marketValue);
      // What was there at first and was paid in since then: the same for both.
      return profit === null || value === null ? null : floatOf(marketValue) - (floatOf(value) - floatOf(profit));
    }),
    invested: measure === 'value' ? shown.map(({ invested }) => known(invested)) : undefined,
  };
}

function perCent(level: Known): Known {
  return level === null ? null : level - 100;
}
