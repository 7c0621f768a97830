import { useMemo, useRef } from 'preact/hooks';
import type UPlot from 'uplot';
import type { AlignedData } from 'uplot';
import type { WirePrices, WireSession } from '@stockafolio/example/api';
import { price as priceText } from '../figures/money.js';
import { dayText, newYorkTime, shortDay } from '../figures/numbers.js';
import { newYorkDay } from '../figures/new-york.js';
import { axis, marksOf, marksText, minutes, sessionMarks } from './axes.js';
import { levelLines, tradeMarks, type Level } from './marks.js';
import { Plot, type Colors } from './plot.js';
import type { PricePoints } from './price-points.js';

interface PriceChartProps {
  readonly symbol: string;
  readonly span: WirePrices['span'];
  readonly session: WireSession | null;
  readonly points: PricePoints;
  /** Prices to compare with; the first is in the range of the chart if it is near. */
  readonly levels: readonly Level[];
}

/** The prices of a symbol, with the user's trades marked. */
export function PriceChart({ symbol, span, session, points, levels }: PriceChartProps) {
  const shown = useRef({ points, levels });
  shown.current = { points, levels };
  const data = useMemo<AlignedData>(
    () => [[...points.xs], [...points.prices], points.traded.map((text) => (text === '' ? null : 0))],
    [points],
  );
  const [from, to] = rangeOf(points, span === 'day' ? session : null);
  const marks = span === 'day' ? marksOf(session) : [];
  const last = points.prices.at(-1);
  const label =
    last === undefined
      ? `No prices of ${symbol} are known`
      : `Prices of ${symbol}; ${dollarsOf(last)} at ${timeText(points.times.at(-1), span)}, ${points.marks.length} trades marked.`;
  return (
    <Plot
      label={`${label}${marksText(marks)}`}
      data={data}
      version={`${symbol} ${span} ${from} ${span === 'day' ? to : ''}`}
      options={(colors) => ({
        padding: [14, 20, 0, 0],
        legend: { live: true },
        cursor: { points: { size: 6 }, drag: { x: false, y: false } },
        scales: {
          x: { time: false, range: () => rangeOf(shown.current.points, span === 'day' ? session : null) },
          y: { range: (plot, low, high) => around(plot, low, high, shown.current.levels[0]) },
          traded: { range: [0, 1] },
        },
        axes: [
          span === 'day' ? minutes(colors) : days(colors, () => shown.current.points.times),
          axis(colors, { size: 72, values: (_p, splits) => splits.map(dollarsOf) }),
        ],
        series: [
          {
            label: 'New York',
            value: (plot, _value, _series, index) =>
              timeText(shown.current.points.times[index ?? plot.data[0].length - 1], span),
          },
          {
            ...{ label: 'Price', stroke: colors('line'), width: 2, points: { show: false } },
            value: (plot, value: number | null) => dollarsOf(value ?? plot.data[1]?.at(-1) ?? Number.NaN),
          },
          {
            ...{ label: 'Your trades', scale: 'traded', stroke: 'transparent', points: { show: false } },
            value: (plot, _value, _series, index) =>
              shown.current.points.traded[index ?? plot.data[0].length - 1] || 'none',
          },
        ],
        plugins: [
          sessionMarks(colors, marks),
          levelLines(colors, () => shown.current.levels),
          tradeMarks(colors, () => shown.current.points.marks),
        ],
      })}
    />
  );
}

/** The session with a margin and all that is outside of it; for longer spans all points. */
function rangeOf({ xs, marks }: PricePoints, session: WireSession | null): [number, number] {
  const all = [...xs, ...marks.map(({ x }) => x)];
  const [first, last] = [Math.min(...all, Infinity), Math.max(...all, -Infinity)];
  if (session === null)
    return first < last
      ? [first, last]
      : ([first - 1, last + 1].map((n) => (Number.isFinite(n) ? n : 0)) as [number, number]);
  return [Math.min(session.open - 10, first), Math.max(session.close + 10, last)];
}

/** Room of a day on the axis, in pixels. */
const DAY_ROOM = 72;

/** An axis of days, from the times of the points: each at its first point, as many as there is room for. */
function days(colors: Colors, times: () => readonly string[]): UPlot.Axis {
  return axis(colors, {
    grid: { show: false },
    splits: (plot) => {
      const of = times().map(newYorkDay);
      const firsts = [...of.keys()].filter((n) => of[n] !== of[n - 1]);
      const every = Math.max(1, Math.ceil((firsts.length * DAY_ROOM) / Math.max(1, plot.over.clientWidth)));
      return firsts.filter((_first, n) => n % every === 0);
    },
    values: (_plot, splits) =>
      splits.map((n) => {
        const time = times()[n];
        return time === undefined ? '' : shortDay(newYorkDay(time));
      }),
  });
}

function timeText(time: string | undefined, span: WirePrices['span']): string {
  if (time === undefined) return '';
  if (span === 'year') return dayText(newYorkDay(time));
  const clock = newYorkTime(time).slice(0, 5);
  return span === 'day' ? clock : `${shortDay(newYorkDay(time))}, ${clock}`;
}

/** A price to compare with may make the range this many times as large: more would hide how the price moves. */
const STRETCH = 3;

/** A little more than the range of prices, with the price to compare with if it is near. */
function around(_plot: UPlot, low: number | null, high: number | null, level: Level | undefined): [number, number] {
  if (low === null || high === null) return [0, 1];
  const wide = [Math.min(low, level?.price ?? low), Math.max(high, level?.price ?? high)] as const;
  const near = low === high || wide[1] - wide[0] <= STRETCH * (high - low);
  const [a, b] = near ? wide : [low, high];
  const margin = (b - a || Math.abs(b) || 1) * 0.12;
  return [a - margin, b + margin];
}

function dollarsOf(value: number): string {
  return Number.isNaN(value) ? '' : priceText(value.toFixed(4));
}
