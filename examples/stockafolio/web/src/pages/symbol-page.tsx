import type { WireAsOf, WirePosition } from '@stockafolio/example/api';
import type { Live } from '../live/live.js';
import { Exact } from '../parts/exact.js';
import { LatestTrades } from '../parts/latest-trades.js';
import { Lots } from '../parts/lots.js';
import { Message } from '../parts/message.js';
import { PositionTiles } from '../parts/position-tiles.js';
import { Status } from '../parts/status.js';
import { SymbolPrices } from '../parts/symbol-prices.js';
import { Title } from '../parts/title.js';
import { useLive } from '../parts/use-live.js';
import { follow } from '../path.js';
import { symbolApi, symbolStream, userHref } from '../user-href.js';
import { Trail } from '../parts/trail.js';

/** A user's position in a symbol. */
export function SymbolPage({ user, symbol }: { readonly user: string; readonly symbol: string }) {
  const live = useLive(symbolStream(user, symbol));
  const known = live.parts.single('known') as boolean | undefined;
  const position = live.parts.single('position') as WirePosition | undefined;
  const refusal = live.refusal.value;
  const back = (
    <a href={userHref(user)} onClick={follow}>
      To the portfolio of {user}
    </a>
  );
  return (
    <>
      <Trail user={user} />
      <div class="page-head">
        <div>
          <Title text={`${symbol}, ${user}`}>{symbol}</Title>
          {position !== undefined && (
            <p class="sub">
              {position.name !== symbol && `${position.name} · `}
              {position.sector}
            </p>
          )}
        </div>
        <Status live={live} />
      </div>
      {refusal !== undefined ? (
        <Message title="This position is not shown" text={refusal.message} />
      ) : known === false ? (
        <Message
          title="No trades of this symbol"
          text={`${user} has never traded ${symbol}. After a first trade the position appears here by itself.`}
        >
          <p>{back}</p>
        </Message>
      ) : (
        position !== undefined && <Position live={live} position={position} path={symbolApi(user, symbol)} />
      )}
    </>
  );
}

function Position({
  live,
  position,
  path,
}: {
  readonly live: Live;
  readonly position: WirePosition;
  readonly path: string;
}) {
  return (
    <Exact.Provider value={live.parts.single('progress') as WireAsOf | undefined}>
      <PositionTiles position={position} />
      <div class="grid symbol-grid">
        <SymbolPrices live={live} position={position} path={path} />
        <LatestTrades live={live} />
        <Lots path={path} />
      </div>
    </Exact.Provider>
  );
}
