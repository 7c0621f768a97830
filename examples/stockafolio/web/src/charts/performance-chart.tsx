import { useMemo, useRef } from 'preact/hooks';
import type UPlot from 'uplot';
import type { AlignedData } from 'uplot';
import type { WireSession } from '@stockafolio/example/api';
import { gain, wholeDollars } from '../figures/money.js';
import { change, dayText, minuteText, shortDay } from '../figures/numbers.js';
import { axis, marksOf, marksText, minutes, sessionMarks, shortDollars } from './axes.js';
import { levelLines } from './marks.js';
import type { Measure, PerformancePoints } from './performance-points.js';
import { Plot, type Colors } from './plot.js';

interface PerformanceChartProps {
  readonly points: PerformancePoints;
  readonly measure: Measure;
  /** Of the day, if the chart shows one. */
  readonly day: { readonly session: WireSession | null } | undefined;
}

const names: Readonly<Record<Measure, string>> = { profit: 'Profit', value: 'Value', return: 'Return' };

/** What an account has brought, beside the market. */
export function PerformanceChart({ points, measure, day }: PerformanceChartProps) {
  const shown = useRef(points);
  shown.current = points;
  const data = useMemo<AlignedData>(
    () => [
      [...points.xs],
      [...points.own],
      [...points.market],
      ...(points.invested === undefined ? [] : [[...points.invested]]),
    ],
    [points],
  );
  const isDay = day !== undefined;
  const marks = isDay ? marksOf(day.session) : [];
  const last = points.own.at(-1);
  const at = timeText(points.times.at(-1), points.xs.at(-1), isDay);
  const label = `${names[measure]} of the account and of the market${typeof last === 'number' ? `; ${told(measure, last)} at ${at}` : ''}.`;
  const value: UPlot.Series.Value = (plot, at: number | null, series, index) => {
    const found = index === null ? plot.data[series]?.at(-1) : at;
    return found === null || found === undefined || Number.isNaN(found) ? 'not known' : told(measure, found);
  };
  const line = { width: 2, points: { show: false }, value };
  return (
    <Plot
      label={`${label}${marksText(marks)}`}
      data={data}
      version={`${measure} ${isDay ? `${day.session?.open} ${day.session?.close}` : points.times[0]}`}
      options={(colors) => ({
        padding: [14, 20, 0, 0],
        legend: { live: true },
        cursor: { points: { size: 6 }, drag: { x: false, y: false } },
        scales: {
          x: { time: false, range: () => rangeOf(shown.current.xs, day?.session ?? null) },
          y: { range: (_plot, low, high) => around(low, high, measure !== 'value') },
        },
        axes: [
          isDay ? minutes(colors) : days(colors, () => shown.current.times),
          axis(colors, { size: 72, values: (_plot, splits) => splits.map((split) => short(measure, split)) }),
        ],
        series: [
          {
            label: isDay ? 'New York' : 'Day',
            value: (plot, _value, _series, index) => {
              const n = index ?? plot.data[0].length - 1;
              return timeText(shown.current.times[n], shown.current.xs[n], isDay);
            },
          },
          { ...line, label: names[measure], stroke: colors('line'), ...fillOf(colors, measure) },
          { ...line, label: 'S&P 500', stroke: colors('compared'), width: 1.5 },
          ...(points.invested === undefined
            ? []
            : [{ ...line, label: 'Invested', stroke: colors('muted'), width: 1.5, dash: [6, 4] }]),
        ],
        plugins: [
          sessionMarks(colors, marks),
          levelLines(colors, () => (measure === 'value' ? [] : [{ price: 0, name: '' }])),
        ],
      })}
    />
  );
}

/** The area between a line and the bottom says something of a value alone. */
function fillOf(colors: Colors, measure: Measure): Pick<UPlot.Series, 'fill'> {
  return measure === 'value' ? { fill: colors('line-fill') } : {};
}

function told(measure: Measure, value: number): string {
  if (measure === 'return') return change(Math.round(value * 100));
  return measure === 'profit' ? gain(value.toFixed(4)) : wholeDollars(value.toFixed(0));
}

function short(measure: Measure, value: number): string {
  return measure === 'return' ? `${Number(value.toFixed(2))}%` : shortDollars(value);
}

function timeText(time: string | undefined, minute: number | undefined, isDay: boolean): string {
  if (time === undefined || minute === undefined) return '';
  return isDay ? minuteText(Math.floor(minute)) : dayText(time);
}

function rangeOf(xs: readonly number[], session: WireSession | null): [number, number] {
  const [first, last] = [xs[0] ?? 0, xs.at(-1) ?? 1];
  if (session !== null) return [Math.min(session.open - 10, first), Math.max(session.close + 10, last)];
  return first < last ? [first, last] : [first - 1, last + 1];
}

/** A little more than the range of the lines; with 0 where it tells gains from losses. */
function around(low: number | null, high: number | null, withZero: boolean): [number, number] {
  const [a, b] = withZero ? [Math.min(low ?? 0, 0), Math.max(high ?? 0, 0)] : [low ?? 0, high ?? 1];
  const margin = (b - a || Math.abs(b) || 1) * 0.1;
  return [a - margin, b + margin];
}

/** Room of a day on the axis, in pixels. */
const DAY_ROOM = 84;

/** An axis of days: as many as there is room for; where they are of more than a year, with the year. */
function days(colors: Colors, times: () => readonly string[]): UPlot.Axis {
  return axis(colors, {
    grid: { show: false },
    splits: (plot) => {
      const every = Math.max(1, Math.ceil((times().length * DAY_ROOM) / Math.max(1, plot.over.clientWidth)));
      return [...times().keys()].filter((n) => n % every === 0);
    },
    values: (_plot, splits) => {
      const all = times();
      const isLong = (all.at(-1) ?? '').slice(0, 4) > (all[0] ?? '').slice(0, 4) && all.length > 260;
      return splits.map((n) => {
        const day = all[n];
        return day === undefined ? '' : isLong ? day.slice(0, 7) : shortDay(day);
      });
    },
  });
}
