import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import type { WireDayValue, WireProgress, WireTotals } from '@stockafolio/example/api';
import { DayChart, type DayPoint } from '../charts/day-chart.js';
import { floatOf } from '../figures/money.js';
import { minuteOf, newYorkDay } from '../figures/new-york.js';
import type { Live } from '../live/live.js';
import { Panel } from './panel.js';
import { useAsked } from './use-asked.js';

/** The line is requested again after this many milliseconds; its end follows every change. */
const AGAIN = 60_000;

/** A user's market value over the day that the tables have reached. */
export function DayValue({
  live,
  path,
  children,
}: {
  readonly live: Live;
  readonly path: string;
  /** Below the chart. */
  readonly children?: ComponentChildren;
}) {
  const totals = live.parts.single('totals') as WireTotals | undefined;
  const progress = live.parts.single('progress') as WireProgress | undefined;
  const day = progress?.newest === null || progress === undefined ? '' : newYorkDay(progress.newest);
  const line = useAsked<WireDayValue>(path, AGAIN, day);

  const points = useMemo<DayPoint[]>(() => {
    const known = (line?.points ?? []).map(({ time, value }) => ({ minute: minuteOf(time), value: floatOf(value) }));
    if (progress === undefined || progress.newest === null || totals === undefined || line?.day !== day) return known;
    const end = { minute: minuteOf(progress.newest), value: floatOf(totals.marketValue) };
    return [...known.filter(({ minute }) => minute < end.minute), end];
  }, [line, totals, progress?.newest, day]);

  return (
    <Panel title="Market value over the day" area="day" note="every ten minutes, New York">
      {line !== undefined && points.length === 0 ? (
        <p class="empty">There is no line: nothing was traded on this day, or too much by this user.</p>
      ) : (
        <DayChart points={points} session={line?.session ?? null} />
      )}
      {children}
    </Panel>
  );
}
