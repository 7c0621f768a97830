import { int64, money, oneOf, optional, record, stream, text, timestamp, type Infer } from '@stockafolio/core';
import type { CorporateAction } from './action-stream.js';
import { eventFields, tradeProblem, type Trade } from './trade.js';

/** Kinds of events that are an amount of cash. */
const cashKinds = [
  'deposit',
  'withdrawal',
  'dividend',
  'interest',
  'fee',
  'commission',
  'tax',
  'cash-in-lieu',
  'exchange',
  'option',
  'difference',
] as const;

const shareKinds = ['split', 'stock-dividend', 'transfer-in', 'transfer-out'] as const;

/** Kinds that speak of an earlier trade. */
const amendments = ['bust', 'correct'] as const;

const fields = {
  id: eventFields.id,
  user: eventFields.user,
  symbol: optional(eventFields.symbol),
  sector: optional(eventFields.sector),
  side: optional(eventFields.side),
  quantity: optional(eventFields.quantity),
  price: optional(eventFields.price),
  time: eventFields.time,
  kind: optional(oneOf('new', ...amendments, ...cashKinds, ...shareKinds)),
  amends: optional(text({ min: 1, max: 64 })),
  lot: optional(eventFields.lot),
  currency: optional(eventFields.currency),
  value: optional(eventFields.value),
  commission: optional(eventFields.commission),
  amount: optional(money()),
  opened: optional(timestamp()),
  numerator: optional(int64({ min: 1 })),
  denominator: optional(int64({ min: 1 })),
};

export type StreamEvent = Infer<{ readonly fields: typeof fields }>;

/**
 * What happened in an account: one record for all kinds of events, so that the events of a user are one sequence. Without
 * a `kind` it is a trade. Fields are in wire order; those of a trade come first, and mean what they mean there, see
 * {@link Trade}.
 *
 * | `kind` | is | needs |
 * | --- | --- | --- |
 * | none, `new` | a trade | `symbol`, `sector`, `side`, `quantity`, `price` |
 * | `deposit`, `withdrawal`, `interest`, `fee`, `commission`, `tax` | cash | `amount` |
 * | `dividend` | cash for shares | `symbol`, `amount` |
 * | `cash-in-lieu` | cash for a fraction of a share that the source closes by itself | `amount` |
 * | `exchange` | one side of an exchange of currencies | `amount` |
 * | `option` | the cash of an option: contracts are not kept | `amount` |
 * | `difference` | by what the cash of a trade differs from its value and costs | `amount` |
 * | `split` | `denominator` shares become `numerator`; `amount` is for a fraction, if it was paid | `symbol`, `numerator`, `denominator` |
 * | `stock-dividend` | more shares of the same symbol | `symbol`, `quantity` |
 * | `transfer-in` | shares of another account that cost `value`, and were bought at `opened` | `symbol`, `quantity` |
 * | `transfer-out` | shares that leave, with their cost | `symbol`, `quantity` |
 *
 * | `bust` | withdraws the event with the id `amends` | `amends` |
 * | `correct` | replaces fields of the event with the id `amends` by its own | `amends` |
 *
 * `amount` is the effect on the cash of the account in 1e-4 of `currency` (US dollars without one): what was paid is
 * negative. The lots of one transfer are an event each. See {@link corrected} for what a correction can say.
 */
export const StreamEvent = record('event', fields, { check: problemOf, needs: ({ kind }) => neededBy(kind) });

type Field = keyof StreamEvent;
type CashKind = (typeof cashKinds)[number];
type ShareKind = (typeof shareKinds)[number];

/** An amount of cash that comes or goes. */
export type CashFlow = StreamEvent & { readonly kind: CashKind; readonly amount: number };

/** What changes the shares of a position. */
export type ShareEvent = Trade | ShareAction;
export type ShareAction = StreamEvent & { readonly symbol: string } & (
    | { readonly kind: 'split'; readonly numerator: number; readonly denominator: number }
    | { readonly kind: 'stock-dividend' | 'transfer-in' | 'transfer-out'; readonly quantity: number }
  );

const amount: readonly Field[] = ['amount'];
const needs: Readonly<Record<CashKind | ShareKind, readonly Field[]>> = {
  deposit: amount,
  withdrawal: amount,
  dividend: ['symbol', 'amount'],
  interest: amount,
  fee: amount,
  commission: amount,
  tax: amount,
  'cash-in-lieu': amount,
  exchange: amount,
  option: amount,
  difference: amount,
  split: ['symbol', 'numerator', 'denominator'],
  'stock-dividend': ['symbol', 'quantity'],
  'transfer-in': ['symbol', 'quantity'],
  'transfer-out': ['symbol', 'quantity'],
};
const amends: readonly Field[] = ['amends'];
const ofTrade = ['symbol', 'sector', 'side', 'quantity', 'price'] as const;

/** The fields that an event of a kind must have. */
function neededBy(kind: StreamEvent['kind']): readonly Field[] {
  if (kind === undefined || kind === 'new') return ofTrade;
  return kind === 'bust' || kind === 'correct' ? amends : needs[kind];
}

function problemOf(event: StreamEvent): string | undefined {
  const { kind, side, quantity, price, value, commission } = event;
  if (kind === 'bust' || kind === 'correct') return undefined;
  if (event.amends !== undefined) return "amends: only an event of the kind 'bust' or 'correct' has it";
  if (!isTrade(event) || quantity === undefined || price === undefined) return undefined;
  return tradeProblem({ side, quantity, price, value, commission });
}

const cash: ReadonlySet<string | undefined> = new Set(cashKinds);
/** Kinds of events, other than trades, that change shares. */
export const shareActionKinds: ReadonlySet<string | undefined> = new Set(shareKinds);

export function isTrade(event: StreamEvent | CorporateAction): event is Trade {
  return event.kind === undefined || event.kind === 'new';
}

export function isDollarTrade(event: StreamEvent): event is Trade {
  return isTrade(event) && inDollars(event);
}

/** Whether its money is in US dollars. */
export function inDollars({ currency }: Pick<StreamEvent, 'currency'>): boolean {
  return currency === undefined || currency === DOLLAR;
}

/** The currency of its money; undefined for US dollars. */
export function foreignCurrencyOf(event: Pick<StreamEvent, 'currency'>): string | undefined {
  return inDollars(event) ? undefined : event.currency;
}

export function isShareEvent(event: StreamEvent): event is ShareEvent {
  return isTrade(event) || shareActionKinds.has(event.kind);
}

export function isCashFlow(event: StreamEvent): event is CashFlow {
  return cash.has(event.kind);
}

/** The currency of events that name none. */
export const DOLLAR = 'USD';

/** All events of all users, partitioned by user. Most are trades. */
export const trades = stream('trades', StreamEvent, {
  key: 'user',
  time: (event) => event.time,
  amendments: { id: 'id', amends: 'amends', withdraws: ({ kind }) => kind === 'bust', correct: corrected },
});

/**
 * An event as a correction says: fields that the correction has replace those of the event. Whose it is, its id, its kind and
 * its time remain. Where it says another quantity or price without a `value`, the value is what these make.
 *
 * @example corrected(trade, { id: 'c1', user: 'ann', time, kind: 'correct', amends: 't1', price: 10_0000 })
 */
export function corrected(event: StreamEvent, correction: StreamEvent): StreamEvent {
  const { value, ...rest } = event;
  const isOther = correction.quantity !== undefined || correction.price !== undefined;
  // Records that were read from columns have the fields that they lack, too: as undefined.
  const says = Object.entries(correction).filter(([name, each]) => each !== undefined && !remaining.has(name));
  return { ...rest, ...(isOther || value === undefined ? {} : { value }), ...Object.fromEntries(says) };
}

const remaining: ReadonlySet<string> = new Set<Field>(['id', 'user', 'time', 'kind', 'amends']);
