import {
  foldByKey,
  into,
  keyPart,
  record,
  split,
  text,
  timestamp,
  type Branch,
  type Infer,
  type Mutable,
  type RowOf,
} from '@stockafolio/core';
import { map, type Observable } from 'rxjs';
import { DOLLAR, isCashFlow, isTrade, type CashFlow, type StreamEvent } from './account-stream.js';
import { accountAmounts, accountEvents, accounts } from './account-tables.js';

const Account = record('account', {
  ...accountAmounts,
  lastTime: timestamp(),
});
type Account = Infer<typeof Account>;

/** The column of an amount. */
const columns = {
  deposit: 'deposits',
  withdrawal: 'withdrawals',
  dividend: 'dividends',
  interest: 'interest',
  fee: 'fees',
  commission: 'commissions',
  tax: 'taxes',
  exchange: 'exchanged',
  option: 'options',
  'cash-in-lieu': 'other',
  difference: 'other',
} as const satisfies Record<CashFlow['kind'], Exclude<keyof Account, 'lastTime'>>;

/** An event with an effect on cash that no position has: an amount, or the commission of a trade. */
type Charged = StreamEvent & ({ readonly amount: number } | { readonly commission: number });

function isCharged(event: StreamEvent): event is Charged {
  return event.commission === undefined ? isCashFlow(event) : isTrade(event);
}

function addToAccount(account: Mutable<Account>, event: Charged): void {
  if (isCashFlow(event)) account[columns[event.kind]] += event.amount;
  else account.commissions -= event.commission ?? 0;
  if (event.time > account.lastTime) account.lastTime = event.time;
}

const currency = keyPart(text(), (event: StreamEvent) => event.currency ?? DOLLAR);

/**
 * Keeps what came into the accounts of users and left them, by currency, and lists events that are no trades.
 *
 * @param others events of the same stream that are no trades
 */
export function keepAccounts(events: Observable<StreamEvent>, others: Observable<StreamEvent>): readonly Branch[] {
  const { charged } = split(events, { charged: isCharged });
  return [
    into(
      accounts,
      charged.pipe(foldByKey('accounts', { key: ['user', currency], state: Account, fold: addToAccount })),
    ),
    into(accountEvents, others.pipe(map(toRow))),
  ];
}

function toRow(event: StreamEvent): RowOf<typeof accountEvents> {
  const { user, time, id, kind = 'new', symbol, quantity, currency = DOLLAR, amount, value, ...rest } = event;
  const { numerator, denominator } = rest;
  return { user, time, id, kind, symbol, quantity, currency, amount, value, numerator, denominator };
}
