import type { WirePortfolio, WireSector, WireTotals } from '@stockafolio/example/api';
import { Donut } from '../charts/donut.js';
import { change, count, shares } from '../figures/numbers.js';
import { ratio } from '../figures/money.js';
import type { Live } from '../live/live.js';
import { viewer } from '../live/session.js';
import { Amount } from '../parts/amount.js';
import { Home } from '../parts/home.js';
import { DayValue } from '../parts/day-value.js';
import { Download } from '../parts/download.js';
import { Holdings } from '../parts/holdings.js';
import { LatestTrades } from '../parts/latest-trades.js';
import { LoopButton } from '../parts/loop.js';
import { Status } from '../parts/status.js';
import { Tile } from '../parts/tile.js';
import { Title } from '../parts/title.js';
import { useLive } from '../parts/use-live.js';
import { userApi, userStream } from '../user-href.js';

/** A user's portfolio. */
export function UserPage({ user }: { readonly user: string }) {
  const live = useLive(userStream(user));
  const known = live.parts.single('known') as boolean | undefined;
  const refusal = live.refusal.value;
  return (
    <>
      <div class="page-head">
        <div>
          <Title text={user}>
            <span class="of">User</span> {user}
          </Title>
        </div>
        <Status live={live} />
        {viewer.value?.firm !== false && <LoopButton />}
      </div>
      {refusal !== undefined ? (
        <Message title="This portfolio is not shown" text={refusal.message} />
      ) : known === false ? (
        <Message
          title="No trades"
          text="No user of this id has traded. If one does, the portfolio appears here by itself."
        />
      ) : (
        known === true && <Portfolio live={live} user={user} />
      )}
    </>
  );
}

function Message({ title, text }: { readonly title: string; readonly text: string }) {
  return (
    <section class="message" role="status">
      <h2>{title}</h2>
      <p>{text}</p>
      <Home />
    </section>
  );
}

function Portfolio({ live, user }: { readonly live: Live; readonly user: string }) {
  const api = userApi(user);
  const totals = live.parts.single('totals') as WireTotals | undefined;
  const sectors = live.parts.ranked('sectors') as WireSector[];
  if (totals === undefined) return null;
  const slices = sectors.map(({ sector, value, weight }) => ({ name: sector, value, weight }));
  return (
    <>
      <PortfolioTiles totals={totals} />
      <div class="grid user-grid">
        <DayValue live={live} path={`${api}/day`} />
        <Donut title="Sectors" slices={slices} total={totals.gross} what="long and short" area="sectors" />
        <Holdings
          live={live}
          actions={<Download path={`${api}/holdings.csv`} name="holdings.csv" label="Holdings as CSV" />}
        />
        <LatestTrades
          live={live}
          actions={<Download path={`${api}/trades.csv`} name="trades.csv" label="Trades as CSV" />}
        />
      </div>
    </>
  );
}

function PortfolioTiles({ totals }: { readonly totals: WirePortfolio['totals'] }) {
  // Of long and short costs together: their difference is not the cost of anything.
  const ofCost = ratio(totals.unrealized, totals.grossCost);
  return (
    <dl class="tiles" aria-label="The portfolio in numbers">
      <Tile label="Market value" main detail={`${count(totals.openPositions)} open positions`}>
        <Amount value={totals.marketValue} />
      </Tile>
      <Tile label="Day's change" detail="since the day's first prices">
        <Amount value={totals.dayChange} as="gain" />
      </Tile>
      <Tile
        label="Unrealized P&L"
        detail={
          ofCost === undefined
            ? 'nothing with a price is held'
            : `${change(Math.round(ofCost))} of cost, long and short`
        }
      >
        <Amount value={totals.unrealized} as="gain" />
      </Tile>
      <Tile label="Realized P&L" detail="since the beginning">
        <Amount value={totals.realized} as="gain" />
      </Tile>
      <Tile label="Net cost" detail="paid, less received for shorts">
        <Amount value={totals.cost} />
      </Tile>
      <Tile label="Traded" detail={`${shares(totals.volume)} shares`}>
        <Amount value={totals.value} />
      </Tile>
      <Tile label="Trades" detail="since the beginning">
        {count(totals.trades)}
      </Tile>
    </dl>
  );
}
