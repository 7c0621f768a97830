import { useMemo } from 'preact/hooks';
import type { WireMinute, WireProgress, WireSectorTotal, WireSession, WireTotal } from '@stockafolio/example/api';
import { Donut } from '../charts/donut.js';
import { MinuteChart } from '../charts/minute-chart.js';
import { ratio, wholeDollars } from '../figures/money.js';
import { ageText, count, dayText, percent, shares } from '../figures/numbers.js';
import { minuteOf } from '../figures/new-york.js';
import { now } from '../figures/now.js';
import type { Live } from '../live/live.js';
import { Choice } from '../parts/choice.js';
import { CloseTable } from '../parts/close-table.js';
import { StreamBatch } from '../close/stream-batch.js';
import { tradesText } from '../parts/day-gain.js';
import { Exact } from '../parts/exact.js';
import { Home } from '../parts/home.js';
import { DayChoice } from '../parts/day-choice.js';
import { homeText, Moment } from '../parts/moment.js';
import { NotKnown } from '../parts/not-known.js';
import { Panel } from '../parts/panel.js';
import { Status } from '../parts/status.js';
import { Tile } from '../parts/tile.js';
import { Title } from '../parts/title.js';
import { BiggestMoves, TopSymbols } from '../parts/top-symbols.js';
import { TopTraders } from '../parts/top-traders.js';
import { firmSkeleton } from '../parts/skeleton.js';
import { useLive } from '../parts/use-live.js';
import { useSetting } from '../setting.js';

/** The firm's trades of a day. */
export function FirmPage({ day }: { readonly day: string | undefined }) {
  const live = useLive(day === undefined ? '/api/stream/firm' : `/api/stream/firm?day=${encodeURIComponent(day)}`);
  const shown = live.parts.single('day') as string | undefined;
  const newest = live.parts.single('newestDay') as string | undefined;
  const over = shown !== undefined && newest !== undefined && shown < newest;
  const refusal = live.refusal.value;
  if (refusal !== undefined) {
    return (
      <section class="message">
        <Title text="Firm">The firm's page is not shown</Title>
        <p>{refusal.message}</p>
        {day !== undefined && refusal.status === 400 && <DayChoice shown={undefined} asked={undefined} />}
        <Home />
      </section>
    );
  }
  return (
    <>
      <div class="page-head">
        <div>
          <Title text="Firm">The firm</Title>
          <p class="sub">{shown === undefined ? 'Reading' : dayText(shown)}</p>
        </div>
        <Status live={live} over={over} />
        <StreamBatch day={day} />
        <DayChoice shown={shown} asked={day} />
      </div>
      {shown === undefined ? (
        firmSkeleton
      ) : (
        <Exact.Provider value={live.parts.single('progress') as WireProgress | undefined}>
          <FirmTiles live={live} over={over} />
          <div class="grid firm-grid">
            <Minutes live={live} over={over} />
            <Sectors live={live} />
            <TopTraders live={live} />
            <TopSymbols live={live} />
            <BiggestMoves live={live} />
            <CloseTable live={live} />
          </div>
        </Exact.Provider>
      )}
    </>
  );
}

function FirmTiles({ live, over }: { readonly live: Live; readonly over: boolean }) {
  const total = live.parts.single('total') as WireTotal | undefined;
  // For the newest day only: the present progress says nothing about another day.
  const progress = live.parts.single('progress') as WireProgress | undefined;
  if (total === undefined) return null;
  const bought = ratio(total.buyValue, total.value);
  const from = `From ${tradesText(total.trades, 'of the day, of all users')}.`;
  return (
    <dl class="tiles" aria-label="The day in numbers">
      <Tile
        label="Value traded"
        main
        detail={bought === undefined ? '' : `${percent(bought)} of it bought`}
        explain={{ what: 'The values of all trades of the day, bought and sold: shares x price of each.', from }}
      >
        <data class="figure" value={total.value} title={`${total.value} USD`}>
          {wholeDollars(total.value)}
        </data>
      </Tile>
      <Tile label="Trades" explain={{ what: 'The number of trades of the day.', from }}>
        {count(total.trades)}
      </Tile>
      <Tile label="Shares" explain={{ what: 'The quantities of all trades of the day, bought and sold.', from }}>
        {shares(total.volume)}
      </Tile>
      {progress === undefined ? (
        <Tile
          label="The day"
          detail={over ? 'what comes late is still added' : 'it is still to come'}
          explain={{
            what: 'Whether more trades of this day are expected.',
            from: 'From the newest day in the tables.',
          }}
        >
          {over ? 'is over' : 'has no trades yet'}
        </Tile>
      ) : (
        <ProgressTiles progress={progress} />
      )}
    </dl>
  );
}

/** How well the tables keep up with the market. */
function ProgressTiles({ progress: { rate, behind, newest, watermark } }: { readonly progress: WireProgress }) {
  return (
    <>
      <Tile
        label="Rate"
        unit="/ s"
        detail="over the last 5 seconds"
        explain={{
          what: 'Messages a second that the tables have taken, over the last five seconds of the clock.',
          from: 'From the progress of all partitions.',
        }}
      >
        {rate === null ? <NotKnown /> : count(rate)}
      </Tile>
      <Tile
        label="Newest trade"
        unit="New York"
        detail={newest === null ? 'none yet' : <Age at={newest} />}
        explain={{
          what: 'The newest market time in the tables, and how old it is by your clock. A replayed market may be ahead of it.',
          from: 'From the progress of all partitions.',
        }}
      >
        {newest === null ? <NotKnown /> : <Moment at={newest} />}
      </Tile>
      {behind === null ? (
        <Tile
          label="All partitions up to"
          unit="New York"
          detail="one without trades holds it back"
          explain={{
            what: 'The market time before which no partition expects more trades.',
            from: 'From the progress of all partitions.',
          }}
        >
          {watermark === null ? <NotKnown /> : <Moment at={watermark} />}
        </Tile>
      ) : (
        <Tile
          label="Behind"
          unit="messages"
          detail={behind === 0 ? 'all are in the tables' : 'not in the tables yet'}
          explain={{
            what: 'Messages of the source that are not in the tables yet.',
            from: 'From the ends of all partitions of the source, and the progress of the tables.',
          }}
        >
          {count(behind)}
        </Tile>
      )}
    </>
  );
}

/** How long ago it was; and its time where the visitor is, if that is not New York's. */
function Age({ at }: { readonly at: string }) {
  const home = homeText(at);
  return (
    <>
      {ageText(Date.parse(at), now.value)}
      {home !== undefined && <span class="home-time">{home}</span>}
    </>
  );
}

const RANGES = [
  ['day', 'Day'],
  ['2h', '2 hours'],
  ['30min', '30 min'],
] as const;

const minutesOf = { day: undefined, '2h': 120, '30min': 30 } as const;

/** Without a change for this many milliseconds the minute that was under way is over. */
const QUIET = 15_000;

function Minutes({ live, over }: { readonly live: Live; readonly over: boolean }) {
  const rows = live.parts.rows('minutes');
  const session = (live.parts.single('session') ?? null) as WireSession | null;
  const newest = (live.parts.single('progress') as WireProgress | undefined)?.newest ?? null;
  const quiet = now.value - (live.changed.value ?? now.value) > QUIET;
  const complete = over || quiet || newest === null ? Infinity : Math.floor(minuteOf(newest));
  const [range, setRange] = useSetting('range', ['day', '2h', '30min'], 'day');
  const minutes = useMemo(
    () => ([...rows.values()] as WireMinute[]).filter((r) => r.minute < complete).sort((a, b) => a.minute - b.minute),
    [rows, complete],
  );
  return (
    <Panel
      title="Trades and value by minute"
      area="minutes"
      note="New York, minutes that are over"
      actions={<Choice label="Shown" options={RANGES} value={range} choose={setRange} />}
    >
      <MinuteChart rows={minutes} session={session} last={minutesOf[range]} />
    </Panel>
  );
}

function Sectors({ live }: { readonly live: Live }) {
  const total = live.parts.single('total') as WireTotal | undefined;
  const sectors = live.parts.ranked('sectors') as WireSectorTotal[];
  const slices = sectors.map(({ sector, value }) => ({
    ...{ name: sector, value },
    weight: Math.round(ratio(value, total?.value ?? '0') ?? 0),
  }));
  return (
    <Donut title="Most traded sectors" slices={slices} total={total?.value ?? '0'} what="value traded" area="sectors" />
  );
}
