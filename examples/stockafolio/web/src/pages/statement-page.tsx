import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { WireGains, WireHolding, WirePortfolio, WireTrade } from '@stockafolio/example/api';
import { count, dayText, newYorkTime, shares } from '../figures/numbers.js';
import { newYorkDay } from '../figures/new-york.js';
import { ask, Refused } from '../live/session.js';
import { Account } from '../parts/account.js';
import { Amount } from '../parts/amount.js';
import { Download } from '../parts/download.js';
import { Message } from '../parts/message.js';
import { Panel } from '../parts/panel.js';
import { GainsNote, GainsTable } from '../parts/realized-gains.js';
import { statementSkeleton } from '../parts/skeleton.js';
import { Title } from '../parts/title.js';
import { symbolHref, userApi } from '../user-href.js';
import { Trail } from '../parts/trail.js';

/** Trades, and other events, on paper; more of them are in the CSV. */
const MOST = 1_000;

interface Statement {
  readonly portfolio: WirePortfolio;
  readonly gains: WireGains;
  readonly trades: readonly WireTrade[];
}

/** A user's holdings, gains, account and trades of one moment, for paper. */
export function StatementPage({ user }: { readonly user: string }) {
  const api = userApi(user);
  const [statement, setStatement] = useState<Statement | undefined>();
  const [failure, setFailure] = useState<string | undefined>();
  useEffect(() => {
    const abort = new AbortController();
    read(api, abort.signal).then(setStatement, (error: unknown) => {
      if (!abort.signal.aborted) setFailure(error instanceof Refused ? error.message : 'the server does not answer');
    });
    return () => abort.abort();
  }, [api]);
  return (
    <>
      <Trail user={user} />
      <div class="page-head">
        <div>
          <Title text={`Statement, ${user}`}>
            <span class="of">Statement of</span> {user}
          </Title>
          {statement !== undefined && <Exactly statement={statement} />}
        </div>
        <div class="actions">
          <button type="button" class="quiet" onClick={() => print()}>
            Print
          </button>
          <Download path={`${api}/statement.csv`} name="statement.csv" label="Statement as CSV" />
        </div>
      </div>
      {failure !== undefined ? (
        <Message title="This statement is not shown" text={failure} />
      ) : statement === undefined ? (
        statementSkeleton
      ) : (
        <Content statement={statement} user={user} />
      )}
    </>
  );
}

async function read(api: string, signal: AbortSignal): Promise<Statement> {
  const [portfolio, gains, { trades }] = await Promise.all([
    ask<WirePortfolio>(api, signal),
    ask<WireGains>(`${api}/gains`, signal),
    ask<{ readonly trades: readonly WireTrade[] }>(`${api}/trades?limit=${MOST}`, signal),
  ]);
  return { portfolio, gains, trades };
}

function Exactly({ statement }: { readonly statement: Statement }) {
  const { watermark } = statement.portfolio.progress;
  if (watermark === null) return null;
  return (
    <p class="sub">
      Exact up to <time dateTime={watermark}>{newYorkTime(watermark)}</time> in New York,{' '}
      {dayText(newYorkDay(watermark))}
    </p>
  );
}

function Content({
  statement: { portfolio, gains, trades },
  user,
}: {
  readonly statement: Statement;
  readonly user: string;
}) {
  const { totals, holdings } = portfolio;
  return (
    <div class="statement">
      <Panel
        title="Holdings"
        note={
          <>
            market value <Amount value={totals.marketValue} />
          </>
        }
      >
        <Sheet of="Holdings">
          <HoldingsTable holdings={holdings} />
        </Sheet>
      </Panel>
      <Panel title="Realized gains" note={<GainsNote gains={gains} />}>
        <Sheet of="Realized gains">
          <GainsTable user={user} gains={gains} />
        </Sheet>
      </Panel>
      <Account api={userApi(user)} hrefOf={(symbol) => symbolHref(user, symbol)} most={MOST} />
      <Panel title="Trades" note={notes(trades.length)}>
        <Sheet of="Trades">
          <TradesTable trades={trades} />
        </Sheet>
      </Panel>
    </div>
  );
}

/** Can be scrolled sideways on a narrow screen, also by keyboard. */
function Sheet({ of, children }: { readonly of: string; readonly children: ComponentChildren }) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={`${of}, table`}>
      {children}
    </div>
  );
}

function notes(found: number): string {
  const all = 'trades are kept for twelve days, or as long as the pipeline says';
  return found < MOST ? all : `the newest ${count(found)}, all are in the CSV; ${all}`;
}

function HoldingsTable({ holdings }: { readonly holdings: readonly WireHolding[] }) {
  return (
    <table class="gains">
      <Head left={['Symbol', 'Name']} right={['Shares', 'Cost', 'Price', 'Market value', 'Unrealized']} />
      <tbody>
        {holdings.map(({ symbol, name, quantity, cost, price, marketValue, unrealized, currency }) => (
          <tr key={symbol}>
            <th scope="row">{symbol}</th>
            <td>{name}</td>
            <td class="number">{shares(quantity)}</td>
            <Money values={[cost]} currency={currency} />
            <td class="number">
              <Amount value={price} as="price" currency={currency} />
            </td>
            <Money values={[marketValue, unrealized]} currency={currency} />
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function TradesTable({ trades }: { readonly trades: readonly WireTrade[] }) {
  return (
    <table class="gains">
      <Head left={['New York', 'Trade']} right={['Shares', 'Price', 'Value']} />
      <tbody>
        {trades.map(({ id, time, side, symbol, quantity, price, value, currency }) => (
          <tr key={id} data-trade={id}>
            <td>
              <time dateTime={time}>
                {dayText(newYorkDay(time))}, {newYorkTime(time)}
              </time>
            </td>
            <th scope="row">
              {side} {symbol}
            </th>
            <td class="number">{shares(quantity)}</td>
            <td class="number">
              <Amount value={price} as="price" currency={currency} />
            </td>
            <Money values={[value]} currency={currency} />
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Head({ left, right }: { readonly left: readonly string[]; readonly right: readonly string[] }) {
  return (
    <thead>
      <tr>
        {left.map((name) => (
          <th key={name} scope="col">
            {name}
          </th>
        ))}
        {right.map((name) => (
          <th key={name} scope="col" class="number">
            {name}
          </th>
        ))}
      </tr>
    </thead>
  );
}

function Money({ values, currency }: { readonly values: readonly (string | null)[]; readonly currency: string }) {
  return (
    <>
      {values.map((value, n) => (
        <td key={n} class="number">
          <Amount value={value} currency={currency} />
        </td>
      ))}
    </>
  );
}
