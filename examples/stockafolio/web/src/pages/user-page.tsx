import { useMemo } from 'preact/hooks';
import type { WireAsOf, WireHolding, WireSector, WireTotals } from '@stockafolio/example/api';
import { Account } from '../parts/account.js';
import { Donut } from '../charts/donut.js';
import { holdingItem } from '../charts/map-items.js';
import { Treemap } from '../charts/treemap.js';
import type { Live } from '../live/live.js';
import { viewer } from '../live/session.js';
import { Download } from '../parts/download.js';
import { Exact } from '../parts/exact.js';
import { Holdings } from '../parts/holdings.js';
import { LatestTrades } from '../parts/latest-trades.js';
import { LoopButton } from '../parts/loop.js';
import { narrow } from '../parts/narrow.js';
import { Message } from '../parts/message.js';
import { Performance } from '../parts/performance.js';
import { PortfolioTiles } from '../parts/portfolio-tiles.js';
import { RealizedGains } from '../parts/realized-gains.js';
import { Status } from '../parts/status.js';
import { Title } from '../parts/title.js';
import { useText } from '../setting.js';
import { useLive } from '../parts/use-live.js';
import { follow } from '../path.js';
import { statementHref, symbolHref, userApi, userStream } from '../user-href.js';

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

function Portfolio({ live, user }: { readonly live: Live; readonly user: string }) {
  const api = userApi(user);
  const totals = live.parts.single('totals') as WireTotals | undefined;
  const sectors = live.parts.ranked('sectors') as WireSector[];
  const rows = live.parts.rows('holdings');
  const holdings = useMemo(() => [...rows.values()] as WireHolding[], [rows]);
  const items = useMemo(() => holdings.map(holdingItem), [holdings]);
  const [chosen, choose] = useText('sector');
  if (totals === undefined) return null;
  // A sector of which nothing is held any more shows all.
  const sector = sectors.some((each) => each.sector === chosen) ? chosen : '';
  const slices = sectors.map(({ sector: name, value, weight }) => ({ name, value, weight }));
  const hrefOf = (symbol: string): string => symbolHref(user, symbol);
  const day = <Performance key="day" live={live} api={api} />;
  const ring = (
    <Donut
      key="ring"
      {...{ title: 'Sectors', slices, total: totals.gross, what: 'long and short', area: 'sectors' }}
      chosen={sector}
      choose={choose}
    />
  );
  const map = holdings.length > 0 && (
    <Treemap
      key="map"
      {...{ title: 'Map of holdings', note: 'by market value, long and short' }}
      {...{ whole: 'portfolio', since: 'since the close', items, sector, choose, hrefOf }}
    />
  );
  const list = (
    <Holdings
      key="list"
      {...{ holdings, api, hrefOf, sector, chooseSector: choose }}
      actions={<Download path={`${api}/holdings.csv`} name="holdings.csv" label="Holdings as CSV" />}
    />
  );
  return (
    <Exact.Provider value={live.parts.single('progress') as WireAsOf | undefined}>
      <PortfolioTiles totals={totals} />
      <div class="grid user-grid">
        {narrow.value ? [day, list, map, ring] : [day, ring, map, list]}
        <LatestTrades
          live={live}
          hrefOf={hrefOf}
          actions={
            <>
              <Download path={`${api}/trades.csv`} name="trades.csv" label="Trades as CSV" />
              <a class="quiet button" href={statementHref(user)} onClick={follow}>
                Statement
              </a>
            </>
          }
        />
        <RealizedGains user={user} />
        <Account api={api} hrefOf={hrefOf} />
      </div>
    </Exact.Provider>
  );
}
