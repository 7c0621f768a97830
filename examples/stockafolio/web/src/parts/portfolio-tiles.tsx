import type { WireTotals } from '@stockafolio/example/api';
import { ratio } from '../figures/money.js';
import { count, shares } from '../figures/numbers.js';
import { Amount } from './amount.js';
import { explainDay, sinceText, tradesText } from './day-gain.js';
import { NotKnown } from './not-known.js';
import { Percent } from './percent.js';
import { Tile } from './tile.js';

/** A portfolio in numbers. */
export function PortfolioTiles({ totals }: { readonly totals: WireTotals }) {
  const { day, marketValue, unrealized, grossCost, realized, cost, volume, value, trades, openPositions } = totals;
  // Of long and short costs together: their difference is not the cost of anything.
  const ofCost = ratio(unrealized, grossCost);
  const since = sinceText(day);
  const all = tradesText(trades, 'since the beginning');
  return (
    <dl class="tiles" aria-label="The portfolio in numbers">
      <Tile
        label="Market value"
        main
        detail={`${count(openPositions)} open positions`}
        explain={{
          what: 'Shares x latest price, of every position; short positions count as negative.',
          from: `From the ${count(openPositions)} open positions, which ${all} have made.`,
        }}
      >
        <Amount value={marketValue} />
      </Tile>
      <Tile
        label="Day’s P&L"
        main
        detail={
          <>
            <Percent of={day.basisPoints} /> {since}
          </>
        }
        explain={explainDay(day, since)}
      >
        {day.gain === null ? <NotKnown why={since} /> : <Amount value={day.gain} as="gain" />}
      </Tile>
      <Tile
        label="Unrealized P&L"
        detail={
          ofCost === undefined ? (
            'nothing with a price is held'
          ) : (
            <>
              <Percent of={Math.round(ofCost)} /> of cost, long and short
            </>
          )
        }
        explain={{
          what: 'What would be gained by closing every position at its latest price. The percentage is of what long positions cost plus what was received for short ones.',
          sum: [
            ['Market value', <Amount value={marketValue} />],
            ['− Net cost', <Amount value={cost} />],
            ['Unrealized P&L', <Amount value={unrealized} as="gain" />],
          ],
          from: `From the ${count(openPositions)} open positions.`,
        }}
      >
        <Amount value={unrealized} as="gain" />
      </Tile>
      <Tile
        label="Realized P&L"
        detail="since the beginning"
        explain={{
          what: 'Profit of closed shares, minus losses. Shares leave a position at the average cost of those in it.',
          from: `From all ${all}.`,
        }}
      >
        <Amount value={realized} as="gain" />
      </Tile>
      <Tile
        label="Net cost"
        detail="paid, less received for shorts"
        explain={{
          what: 'What the held shares were bought for, less what was received for shares sold short.',
          from: `From the ${count(openPositions)} open positions.`,
        }}
      >
        <Amount value={cost} />
      </Tile>
      <Tile
        label="Traded"
        detail={`${shares(volume)} shares in ${tradesText(trades, '')}`}
        explain={{
          what: 'The values of all trades, bought and sold, added up: shares x price of each.',
          from: `From all ${all}.`,
        }}
      >
        <Amount value={value} />
      </Tile>
    </dl>
  );
}
