import { useMemo } from 'preact/hooks';
import type UPlot from 'uplot';
import type { AlignedData } from 'uplot';
import type { WireSession } from '@stockafolio/example/api';
import { wholeDollars } from '../figures/money.js';
import { minuteText } from '../figures/numbers.js';
import { axis, marksOf, marksText, minutes, sessionMarks, shortDollars, told } from './axes.js';
import { Plot } from './plot.js';

/** A value at a minute of the day; the minute may have a fraction. */
export interface DayPoint {
  readonly minute: number;
  readonly value: number;
}

interface DayChartProps {
  readonly points: readonly DayPoint[];
  readonly session: WireSession | null;
}

/** A portfolio's market value over the day. */
export function DayChart({ points, session }: DayChartProps) {
  const [from, to] = session === null ? [0, 1440] : [session.open - 10, session.close + 10];
  const data = useMemo<AlignedData>(() => [points.map((p) => p.minute), points.map((p) => p.value)], [points]);
  const last = points.at(-1);
  const label =
    last === undefined
      ? 'No value is known of this day'
      : `Market value over the day; ${wholeDollars(last.value.toFixed(0))} at ${minuteText(Math.floor(last.minute))}.`;
  const marks = marksOf(session);
  return (
    <Plot
      label={`${label}${marksText(marks)}`}
      data={data}
      version={`${from} ${to}`}
      options={(colors) => ({
        padding: [14, 20, 0, 0],
        legend: { live: true },
        cursor: { points: { size: 6 }, drag: { x: false, y: false } },
        scales: { x: { time: false, range: [from, to] }, y: { range: around } },
        axes: [minutes(colors), axis(colors, { size: 72, values: (_p, splits) => splits.map(shortDollars) })],
        series: [
          { label: 'New York', value: told((minute) => minuteText(Math.floor(minute))) },
          {
            ...{ label: 'Market value', stroke: colors('line'), fill: colors('line-fill'), width: 2 },
            points: { show: false },
            value: told((value) => wholeDollars(value.toFixed(0))),
          },
        ],
        plugins: [sessionMarks(colors, marks)],
      })}
    />
  );
}

/** A little more than the range of values; the axis need not begin at zero, which would hide every change. */
function around(_plot: UPlot, low: number | null, high: number | null): [number, number] {
  const [a, b] = [low ?? 0, high ?? 1];
  const margin = (b - a || Math.abs(b) || 1) * 0.1;
  return [a - margin, b + margin];
}
