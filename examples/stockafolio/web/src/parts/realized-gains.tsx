import type { WireGainOfYear, WireGains, WireRealized } from '@stockafolio/example/api';
import { count, shares } from '../figures/numbers.js';
import { usePolled } from '../live/use-polled.js';
import { follow } from '../path.js';
import { symbolHref, userApi } from '../user-href.js';
import { Amount } from './amount.js';
import { Download } from './download.js';
import { Moment } from './moment.js';
import { Panel } from './panel.js';

const EVERY = 10_000;

/** What a user has gained by symbol, and by year where lots are kept; nothing where nothing was closed. */
export function RealizedGains({ user }: { readonly user: string }) {
  const api = userApi(user);
  const { answer } = usePolled<WireGains>(`${api}/gains`, EVERY);
  if (answer === undefined || answer.symbols.length + (answer.years?.length ?? 0) === 0) return null;
  return (
    <Panel
      title="Realized gains"
      area="gains"
      note={<GainsNote gains={answer} />}
      actions={<Download path={`${api}/gains.csv`} name="gains.csv" label="Realized gains as CSV" />}
    >
      <div class="scroll gains-box" tabIndex={0} role="region" aria-label="Realized gains, table">
        <GainsTable user={user} gains={answer} />
      </div>
    </Panel>
  );
}

/** By which method the gains are, and which are counted. */
export function GainsNote({ gains: { years, since } }: { readonly gains: WireGains }) {
  if (years === null) return <>since the beginning, by average cost; no lots are kept, so not by year</>;
  return (
    <>
      by the lots that were closed, with commissions
      {since !== null && (
        <>
          ; since <Moment at={since} />, older ones are in the CSV
        </>
      )}
    </>
  );
}

/** By year and symbol, or by symbol alone where no lots are kept. */
export function GainsTable({ user, gains: { symbols, years } }: { readonly user: string; readonly gains: WireGains }) {
  return years === null ? <BySymbol user={user} symbols={symbols} /> : <ByYear user={user} years={years} />;
}

function ByYear({ user, years }: { readonly user: string; readonly years: readonly WireGainOfYear[] }) {
  return (
    <table class="gains">
      <thead>
        <tr>
          <th scope="col">Year</th>
          <th scope="col">Symbol</th>
          {['Closed', 'Proceeds', 'Basis', 'Short-term', 'Long-term', 'Gain'].map((name) => (
            <th key={name} scope="col" class="number">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {years.map((of) => (
          <tr key={`${of.year} ${of.symbol} ${of.currency}`} data-gain={`${of.year} ${of.symbol}`}>
            <td>{of.year}</td>
            <SymbolCell user={user} of={of} />
            <td class="number">{count(of.closings)}</td>
            {[of.proceeds, of.basis].map((value, n) => (
              <td key={n} class="number">
                <Amount value={value} currency={of.currency} />
              </td>
            ))}
            {[of.short, of.long, of.gain].map((value, n) => (
              <td key={n} class="number">
                <Amount value={value} as="gain" currency={of.currency} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function BySymbol({ user, symbols }: { readonly user: string; readonly symbols: readonly WireRealized[] }) {
  return (
    <table class="gains">
      <thead>
        <tr>
          <th scope="col">Symbol</th>
          <th scope="col" class="number">
            Still held
          </th>
          <th scope="col" class="number">
            Gain
          </th>
        </tr>
      </thead>
      <tbody>
        {symbols.map((of) => (
          <tr key={of.symbol} data-gain={of.symbol}>
            <SymbolCell user={user} of={of} />
            <td class="number">{Number(of.quantity) === 0 ? 'closed' : shares(of.quantity)}</td>
            <td class="number">
              <Amount value={of.realized} as="gain" currency={of.currency} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function SymbolCell({
  user,
  of: { symbol, name },
}: {
  readonly user: string;
  readonly of: WireRealized | WireGainOfYear;
}) {
  return (
    <th scope="row">
      <a class="plain" href={symbolHref(user, symbol)} title={name} onClick={follow}>
        {symbol}
      </a>
    </th>
  );
}
