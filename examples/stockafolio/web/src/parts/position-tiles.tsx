import type { WirePosition } from '@stockafolio/example/api';
import { ratio } from '../figures/money.js';
import { newYorkTime, percent, shares } from '../figures/numbers.js';
import { newYorkDay } from '../figures/new-york.js';
import { dayText } from '../figures/numbers.js';
import { Amount } from './amount.js';
import { baseText, explainDay } from './day-gain.js';
import { isShort } from './holding-columns.js';
import { NotKnown } from './not-known.js';
import { Percent } from './percent.js';
import { Tile } from './tile.js';

const OWN = 'From all of your trades of this symbol since the beginning.';

/** A position in a symbol in numbers. */
export function PositionTiles({ position: p }: { readonly position: WirePosition }) {
  const since = baseText(p.base, p.day);
  const held = Number(p.quantity) !== 0;
  const ofCost = p.unrealized === null ? undefined : ratio(p.unrealized, p.cost);
  const at = p.priceTime === null ? '' : `${newYorkTime(p.priceTime)} New York, ${dayText(newYorkDay(p.priceTime))}`;
  return (
    <dl class="tiles" aria-label="The position in numbers">
      <Tile
        label="Last price"
        main
        detail={
          <>
            <Percent of={p.dayMove} /> {since}
          </>
        }
        explain={{
          what: `The price of the newest trade of ${p.symbol}, by whomever${at === '' ? '' : `: at ${at}`}. The percentage is its change ${since}.`,
          ...(p.base === null
            ? {}
            : {
                sum: [[p.base.kind === 'close' ? 'Close' : 'First price', <Amount value={p.base.price} as="price" />]],
              }),
          from: 'From the trades of all users.',
        }}
      >
        <Amount value={p.price} as="price" />
      </Tile>
      <Tile
        label="Market value"
        main
        detail={p.weight === null ? 'no price is known' : `${percent(p.weight)} of the portfolio, long and short`}
        explain={{
          what: 'Shares x latest price; negative if short. The weight is its part of the market value of the portfolio, with long and short positions both counted as positive.',
          from: OWN,
        }}
      >
        <Amount value={p.marketValue} />
      </Tile>
      <Tile
        label="Day’s P&L"
        detail={p.day === null ? since : <Percent of={p.day.basisPoints} />}
        explain={
          p.day === null ? { what: 'What the day has gained, realized or not.', from: since } : explainDay(p.day, since)
        }
      >
        {p.day === null ? <NotKnown why={since} /> : <Amount value={p.day.gain} as="gain" />}
      </Tile>
      <Tile
        label="Unrealized P&L"
        detail={
          ofCost === undefined ? (
            'nothing is held'
          ) : (
            <>
              <Percent of={Math.round(ofCost)} /> of cost
            </>
          )
        }
        explain={{
          what: 'What would be gained by closing the position at the latest price.',
          sum: [
            ['Market value', <Amount value={p.marketValue} />],
            ['− Cost', <Amount currency={p.currency} value={p.cost} />],
            ['Unrealized P&L', <Amount value={p.unrealized} as="gain" />],
          ],
          from: OWN,
        }}
      >
        <Amount value={p.unrealized} as="gain" />
      </Tile>
      <Tile
        label="Realized P&L"
        detail="since the beginning"
        explain={{
          what: 'Profit of closed shares, minus losses. Shares leave the position at the average cost of those in it.',
          from: OWN,
        }}
      >
        <Amount currency={p.currency} value={p.realized} as="gain" />
      </Tile>
      <Tile
        label="Shares"
        detail={!held ? 'all are closed' : isShort(p) ? 'held short' : 'held long'}
        explain={{ what: 'Bought less sold; negative if short.', from: OWN }}
      >
        <span class="figure">{shares(p.quantity)}</span>
      </Tile>
      <Tile
        label="Average cost"
        detail={
          held ? (
            <>
              cost <Amount currency={p.currency} value={p.cost} />
            </>
          ) : (
            'nothing is held'
          )
        }
        explain={{
          what: 'What the held shares were bought for, by share; if short, what was received for them.',
          sum: [
            [isShort(p) ? 'Received' : 'Cost', <Amount currency={p.currency} value={p.cost} />],
            ['÷ Shares', shares(p.quantity)],
          ],
          from: OWN,
        }}
      >
        {held ? <Amount currency={p.currency} value={p.averageCost} as="price" /> : <NotKnown why="nothing is held" />}
      </Tile>
    </dl>
  );
}
