import { useState } from 'preact/hooks';
import type { WireTrade } from '@stockafolio/example/api';
import { count, shares } from '../figures/numbers.js';
import type { Live } from '../live/live.js';
import type { Rows } from '../live/parts.js';
import { follow } from '../path.js';
import { Amount } from './amount.js';
import { Moment } from './moment.js';
import { Panel } from './panel.js';

interface LatestTradesProps {
  readonly live: Live;
  /** The address of the page of a symbol, from other pages. */
  readonly hrefOf?: (symbol: string) => string;
  readonly actions?: preact.ComponentChildren;
}

/** A user's newest trades as they come; new ones are collected while paused. */
export function LatestTrades({ live, hrefOf, actions }: LatestTradesProps) {
  const rows = live.parts.rows('trades');
  const [paused, setPaused] = useState<Rows | undefined>();
  const shown = paused ?? rows;
  const waiting = paused === undefined ? 0 : [...rows.keys()].filter((key) => !paused.has(key)).length;
  // The keys begin with the time.
  const trades = [...shown.keys()].sort().reverse();
  return (
    <Panel
      title="Latest trades"
      area="trades"
      {...(waiting === 0 ? {} : { note: `${count(waiting)} new` })}
      actions={
        <>
          <button
            type="button"
            class="quiet"
            aria-pressed={paused !== undefined}
            onClick={() => setPaused(paused === undefined ? rows : undefined)}
          >
            {paused === undefined ? 'Pause' : 'Go on'}
          </button>
          {actions}
        </>
      }
    >
      <div class="scroll trades-box" tabIndex={0} role="region" aria-label="Latest trades, table">
        <table class="trades">
          <thead>
            <tr>
              <th scope="col">New York</th>
              <th scope="col">Trade</th>
              <th scope="col" class="number">
                Shares
              </th>
              <th scope="col" class="number">
                Price
              </th>
            </tr>
          </thead>
          <tbody>
            {trades.map((key) => (
              <TradeRow key={key} trade={shown.get(key) as WireTrade} hrefOf={hrefOf} />
            ))}
          </tbody>
        </table>
        {trades.length === 0 && <p class="empty">None of the last twelve days.</p>}
      </div>
    </Panel>
  );
}

interface TradeRowProps {
  readonly trade: WireTrade;
  readonly hrefOf: LatestTradesProps['hrefOf'] | undefined;
}

function TradeRow({ trade, hrefOf }: TradeRowProps) {
  const { symbol, side } = trade;
  return (
    <tr data-trade={trade.id}>
      <td>
        <Moment at={trade.time} />
      </td>
      <th scope="row">
        <span class={`side side-${side}`}>{side}</span>{' '}
        {hrefOf === undefined ? (
          symbol
        ) : (
          <a class="plain" href={hrefOf(symbol)} onClick={follow}>
            {symbol}
          </a>
        )}
      </th>
      <td class="number">{shares(trade.quantity)}</td>
      <td class="number">
        <Amount value={trade.price} as="price" currency={trade.currency} />
      </td>
    </tr>
  );
}
