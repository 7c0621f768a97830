import type { WireAccount, WireAccounts, WireEvent } from '@stockafolio/example/api';
import { shares } from '../figures/numbers.js';
import { signOf } from '../figures/money.js';
import { usePolled } from '../live/use-polled.js';
import { follow } from '../path.js';
import { Amount } from './amount.js';
import { Moment } from './moment.js';
import { Panel } from './panel.js';

const EVERY = 5_000;

const parts: readonly (readonly [name: string, of: keyof WireAccount])[] = [
  ['Deposits', 'deposits'],
  ['Withdrawals', 'withdrawals'],
  ['Dividends', 'dividends'],
  ['Interest', 'interest'],
  ['Fees', 'fees'],
  ['Commissions', 'commissions'],
  ['Taxes', 'taxes'],
  ['Exchanged', 'exchanged'],
  ['Options', 'options'],
  ['Other', 'other'],
];

interface AccountProps {
  /** The address of the user in the API. */
  readonly api: string;
  readonly hrefOf: (symbol: string) => string;
  /** How many events are shown; the newest. */
  readonly most?: number;
}

/** Cash and income by currency, and what else than trades happened; nothing where only trades are known. */
export function Account({ api, hrefOf, most = 8 }: AccountProps) {
  const { answer } = usePolled<WireAccounts>(`${api}/account?limit=${most}`, EVERY);
  if (answer === undefined || answer.accounts.length + answer.events.length === 0) return null;
  const { accounts, events } = answer;
  return (
    <Panel title="Account" area="account" note="cash and income, with all trades at what they cost or brought">
      <div class="accounts">
        {accounts.map((account) => (
          <Currency key={account.currency} account={account} />
        ))}
        {events.length > 0 && (
          <table class="events">
            <caption class="visually-hidden">Newest events that are no trades</caption>
            <thead>
              <tr>
                <th scope="col">New York</th>
                <th scope="col">Event</th>
                <th scope="col" class="number">
                  Cash
                </th>
              </tr>
            </thead>
            <tbody>
              {events.map((event) => (
                <EventRow key={event.id} event={event} hrefOf={hrefOf} />
              ))}
            </tbody>
          </table>
        )}
      </div>
    </Panel>
  );
}

/** What is 0 is left out, but the cash. */
function Currency({ account }: { readonly account: WireAccount }) {
  const { currency, cash } = account;
  return (
    <dl class="currency" data-currency={currency}>
      <div class="cash">
        <dt>Cash, {currency}</dt>
        <dd>
          <Amount value={cash} currency={currency} />
        </dd>
      </div>
      {parts.map(
        ([name, of]) =>
          signOf(account[of]) !== 0 && (
            <div key={of}>
              <dt>{name}</dt>
              <dd>
                <Amount value={account[of]} currency={currency} />
              </dd>
            </div>
          ),
      )}
    </dl>
  );
}

function EventRow({ event, hrefOf }: { readonly event: WireEvent; readonly hrefOf: (symbol: string) => string }) {
  const { id, time, kind, symbol, quantity, currency, amount } = event;
  return (
    <tr data-event={id}>
      <td>
        <Moment at={time} />
      </td>
      <th scope="row">
        {kind.replaceAll('-', ' ')}{' '}
        {symbol !== null && (
          <a class="plain" href={hrefOf(symbol)} onClick={follow}>
            {symbol}
          </a>
        )}
        {quantity !== null && (
          <span class="of">
            , {shares(quantity)} {Number(quantity) === 1 ? 'share' : 'shares'}
          </span>
        )}
      </th>
      <td class="number">{amount !== null && <Amount value={amount} as="gain" currency={currency} />}</td>
    </tr>
  );
}
