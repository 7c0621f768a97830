import { useMemo } from 'preact/hooks';
import type { WireDayBase, WirePosition, WirePrices, WireTrade } from '@stockafolio/example/api';
import { pricePoints } from '../charts/price-points.js';
import { PriceChart } from '../charts/price-chart.js';
import { floatOf } from '../figures/money.js';
import { shortDay } from '../figures/numbers.js';
import { newYorkDay } from '../figures/new-york.js';
import type { Live } from '../live/live.js';
import { Choice } from './choice.js';
import { Panel } from './panel.js';
import { useSetting } from '../setting.js';
import { useAsked } from './use-asked.js';

type Span = WirePrices['span'];

/** The line is requested again after this many milliseconds; its end follows every change. */
const AGAIN = 60_000;

const notes: Readonly<Record<Span, string>> = {
  day: 'every ten minutes, New York',
  week: 'the last five days with trades, every ten minutes',
  year: 'the last price of each day, as far back as the tables have it',
};

/** The prices of a symbol with the user's trades, over a day, a week or a year. */
export function SymbolPrices({
  live,
  position,
  path,
}: {
  readonly live: Live;
  readonly position: WirePosition;
  readonly path: string;
}) {
  const [span, setSpan] = useSetting<Span>('span', ['day', 'week', 'year'], 'day');
  const day = position.priceTime === null ? '' : newYorkDay(position.priceTime);
  const line = useAsked<WirePrices>(`${path}/prices?span=${span}`, AGAIN, day);
  const trades = live.parts.rows('trades');
  const { priceTime: time, price, base, averageCost, quantity, symbol } = position;
  const points = useMemo(
    () => pricePoints(line, { time, price }, [...trades.values()] as WireTrade[]),
    [line, time, price, trades],
  );
  const close = base !== null && span === 'day' ? [{ price: floatOf(base.price), name: nameOf(base) }] : [];
  const cost = Number(quantity) === 0 ? [] : [{ price: floatOf(averageCost), name: 'average cost' }];
  return (
    <Panel
      title="Price"
      area="prices"
      note={notes[span]}
      actions={
        <Choice
          label="Time shown"
          options={[
            ['day', 'Day'],
            ['week', 'Week'],
            ['year', 'Year'],
          ]}
          value={span}
          choose={setSpan}
        />
      }
    >
      {line !== undefined && points.xs.length === 0 ? (
        <p class="empty">
          {span === 'day'
            ? `${symbol} was not traded on this day: look at the week or the year.`
            : 'No prices are known.'}
        </p>
      ) : (
        <PriceChart {...{ symbol, span, points }} levels={[...close, ...cost]} session={line?.session ?? null} />
      )}
      <p class="footnote">
        <span class="mark-buy" aria-hidden="true">
          ▲
        </span>{' '}
        bought{' '}
        <span class="mark-sell" aria-hidden="true">
          ▼
        </span>{' '}
        sold; trades are kept for twelve days
      </p>
    </Panel>
  );
}

function nameOf({ kind, day }: WireDayBase): string {
  return kind === 'close' ? `close of ${shortDay(day)}` : kind;
}
