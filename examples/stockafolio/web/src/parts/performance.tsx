import { useMemo } from 'preact/hooks';
import type { WireAsOf, WirePerformance } from '@stockafolio/example/api';
import { PerformanceChart } from '../charts/performance-chart.js';
import { performancePoints, type Measure } from '../charts/performance-points.js';
import { newYorkDay } from '../figures/new-york.js';
import type { Live } from '../live/live.js';
import { useSetting } from '../setting.js';
import { Choice } from './choice.js';
import { DayValue } from './day-value.js';
import { Panel } from './panel.js';
import { Limits, Results } from './results.js';
import { useAsked } from './use-asked.js';

/** The line is requested again after this many milliseconds. */
const AGAIN = 15_000;

const RANGES = ['1D', '1W', '1M', 'YTD', '1Y', 'ALL'] as const;
const MEASURES = ['profit', 'value', 'return'] as const;

const rangeNames = RANGES.map((range) => [range, range === 'ALL' ? 'All' : range] as const);
const measureNames: readonly (readonly [Measure, string])[] = [
  ['profit', 'Profit'],
  ['value', 'Value'],
  ['return', 'Return'],
];

/** What an account has brought over some time, beside the market; without results by day the market value over the day. */
export function Performance({ live, api }: { readonly live: Live; readonly api: string }) {
  const [range, setRange] = useSetting('range', RANGES, '1M');
  const [measure, setMeasure] = useSetting('measure', MEASURES, 'profit');
  const progress = live.parts.single('progress') as WireAsOf | undefined;
  const day = progress === undefined || progress.newest === null ? '' : newYorkDay(progress.newest);
  const answer = useAsked<WirePerformance>(`${api}/performance?range=${range}`, AGAIN, day);
  const points = useMemo(
    () => (answer === undefined ? undefined : performancePoints(answer, measure)),
    [answer, measure],
  );
  if (answer !== undefined && !answer.kept) return <WithoutResults live={live} api={api} />;
  return (
    <Panel
      title="Performance"
      area="day"
      note={range === '1D' ? 'every ten minutes, New York' : 'at the close of each day; today at the latest prices'}
      actions={
        <>
          <Choice label="Figure shown" options={measureNames} value={measure} choose={setMeasure} />
          <Choice label="Time shown" options={rangeNames} value={range} choose={setRange} />
        </>
      }
    >
      {answer !== undefined && <Results of={answer} />}
      {answer !== undefined && answer.why !== null ? (
        <p class="empty">There is no line: {answer.why}.</p>
      ) : (
        points !== undefined && (
          <PerformanceChart
            {...{ points, measure }}
            day={range === '1D' ? { session: answer?.session ?? null } : undefined}
          />
        )
      )}
      {answer !== undefined && <Limits of={answer} />}
    </Panel>
  );
}

/** The day alone, and how to get more. */
function WithoutResults({ live, api }: { readonly live: Live; readonly api: string }) {
  return (
    <DayValue live={live} path={`${api}/day`}>
      <p class="footnote">
        For profit and returns over longer times, run <code>stream</code> and <code>batch</code> with{' '}
        <code>--app @stockafolio/example/with-days</code>.
      </p>
    </DayValue>
  );
}
