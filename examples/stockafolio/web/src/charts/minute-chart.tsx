import { useMemo } from 'preact/hooks';
import UPlot, { type AlignedData } from 'uplot';
import type { WireMinute, WireSession } from '@stockafolio/example/api';
import { compact, floatOf } from '../figures/money.js';
import { count, minuteText } from '../figures/numbers.js';
import { axis, marksOf, marksText, minutes, sessionMarks, shortDollars, told } from './axes.js';
import { Plot, type Colors } from './plot.js';

interface MinuteChartProps {
  readonly rows: readonly WireMinute[];
  readonly session: WireSession | null;
  /** Shows only this many minutes, up to the newest trade; the whole day by default. */
  readonly last?: number | undefined;
}

/** Trades as bars and their value as a line, by the minute of the day. */
export function MinuteChart({ rows, session, last }: MinuteChartProps) {
  const [from, to] = last === undefined ? span(rows, session) : spanOfLast(rows, last);
  const data = useMemo<AlignedData>(
    () => [rows.map((r) => r.minute), rows.map((r) => Number(r.trades)), rows.map((r) => floatOf(r.value))],
    [rows],
  );
  const most = rows.reduce<WireMinute | undefined>(
    (best, row) => (best === undefined || Number(row.trades) > Number(best.trades) ? row : best),
    undefined,
  );
  const label =
    most === undefined
      ? 'No trades on this day'
      : `Trades and value by minute. Most trades at ${minuteText(most.minute)}: ${count(most.trades)}.`;
  const marks = marksOf(session);
  return (
    <Plot
      label={`${label}${marksText(marks)}`}
      data={data}
      version={`${from} ${to}`}
      options={(colors) => ({
        padding: [14, 0, 0, 0],
        legend: { live: true },
        cursor: { points: { size: 6 }, drag: { x: false, y: false } },
        scales: { x: { time: false, range: [from, to] }, trades: { range: fromZero }, value: { range: fromZero } },
        axes: [
          minutes(colors),
          axis(colors, { scale: 'trades', size: 46, values: (_p, splits) => splits.map(wholeOrNothing) }),
          axis(colors, {
            ...{ scale: 'value', side: 1, size: 66, grid: { show: false } },
            values: (_p, splits) => splits.map(shortDollars),
          }),
        ],
        series: [
          { label: 'Minute', value: told((minute) => minuteText(Math.round(minute))) },
          bars(colors),
          {
            ...{ label: 'Value', scale: 'value', stroke: colors('line'), width: 2, points: { show: false } },
            value: told((value) => compact(value.toFixed(0))),
          },
        ],
        plugins: [sessionMarks(colors, marks)],
      })}
    />
  );
}

function bars(colors: Colors): UPlot.Series {
  return {
    ...{ label: 'Trades', scale: 'trades', stroke: colors('bar'), fill: colors('bar'), width: 0 },
    paths: UPlot.paths.bars?.({ size: [0.8, 24], align: 1 }),
    points: { show: false },
    value: told(count),
  } as UPlot.Series;
}

function fromZero(_plot: UPlot, _low: number, high: number): [number, number] {
  return [0, high > 0 ? high * 1.12 : 1];
}

/** The session with a margin, and all trades outside of it. */
function span(rows: readonly WireMinute[], session: WireSession | null): [number, number] {
  const first = rows[0]?.minute ?? 570;
  const last = (rows.at(-1)?.minute ?? 960) + 1;
  if (session === null) return [first - 5, last + 5];
  return [Math.min(session.open - 10, first), Math.max(session.close + 10, last)];
}

/** The last minutes up to the newest trade, and room for its bar. */
function spanOfLast(rows: readonly WireMinute[], last: number): [number, number] {
  const end = (rows.at(-1)?.minute ?? 0) + 1;
  return [end - last - 0.5, end + 0.5];
}

/** There is no half trade, so the axis has no label at fractions. */
function wholeOrNothing(n: number): string {
  return Number.isInteger(n) ? count(n) : '';
}
