import type { RowOf } from '@stockafolio/core';
import { DOLLAR, inDollars, shareActionKinds } from '../account-stream.js';
import type { accountEvents } from '../account-tables.js';
import { add, SHARE } from '../books/exact.js';
import type { LedgerEntry } from '../books/ledger.js';
import { PostingList, type LedgerAccount } from '../books/postings.js';
import { tradingDay } from '../calendar/trading-day.js';
import type { SplitOfDay } from './day-closes.js';

type EventRow = RowOf<typeof accountEvents>;

/** What trades of a symbol did at a moment: a row of position_days, or a trade. */
export interface TradesAt {
  readonly symbol: string;
  readonly currency: string;
  /** The net change of the shares, in 1e-8. */
  readonly quantity: number;
  /** What was paid for them, net, in 1e-4. */
  readonly paid: number;
  readonly costs: number;
  /** A New York day, or a later moment of it: texts in the order of time. */
  readonly at: string;
}

/** The postings of an account in dollars, from its rows. */
export interface DayEntries {
  /** In the order of their moments. */
  readonly entries: readonly LedgerEntry[];
  /** What is held at the end, in 1e-8 shares, by symbol. */
  readonly held: ReadonlyMap<string, number>;
  readonly splits: ReadonlyMap<string, readonly SplitOfDay[]>;
}

/** Where the cash of an event comes from; of all others it is no flow, but a part of the result. */
const counterparts: Readonly<Record<string, LedgerAccount>> = {
  deposit: 'equity:deposits',
  withdrawal: 'equity:deposits',
  // Of an account in dollars, what is exchanged leaves, or comes.
  exchange: 'equity:deposits',
  dividend: 'income:dividends',
  interest: 'income:interest',
  fee: 'expenses:fees',
  commission: 'expenses:commissions',
  tax: 'expenses:taxes',
  difference: 'expenses:differences',
  option: 'equity:options',
};

/**
 * The entries of an account in dollars, as the ledger has them: from what trades did by day, and from the events that are no
 * trades. Splits and other changes of shares apply before the trades of their moment.
 *
 * Without cash, what trades cost is paid in with them, and what they bring is paid out: the account is its shares.
 *
 * @param hasCash whether the cash of the account is known
 * @param momentOf the moment of an event; defaults to its New York day
 * @throws ERR_OVERFLOW if a figure is past 2^53
 */
export function dayEntries(
  trades: readonly TradesAt[],
  events: readonly EventRow[],
  hasCash: boolean,
  momentOf: (time: number) => string = tradingDay,
): DayEntries {
  const account = new Entries(hasCash);
  const moments = new Map<string, { readonly events: EventRow[]; readonly trades: TradesAt[] }>();
  const of = (at: string): { readonly events: EventRow[]; readonly trades: TradesAt[] } => {
    const known = moments.get(at) ?? { events: [], trades: [] };
    moments.set(at, known);
    return known;
  };
  for (const event of events) of(momentOf(event.time)).events.push(event);
  for (const each of trades) if (each.currency === DOLLAR) of(each.at).trades.push(each);
  for (const [at, own] of [...moments].sort(([a], [b]) => (a < b ? -1 : 1))) {
    own.events.sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1));
    for (const event of own.events) account.takeEvent(at, event);
    for (const each of own.trades) account.takeTrades(each);
  }
  return account;
}

class Entries implements DayEntries {
  readonly entries: LedgerEntry[] = [];
  readonly held = new Map<string, number>();
  readonly splits = new Map<string, SplitOfDay[]>();
  readonly #hasCash: boolean;

  constructor(hasCash: boolean) {
    this.#hasCash = hasCash;
  }

  takeTrades({ at, symbol, quantity, paid, costs }: TradesAt): void {
    const list = new PostingList();
    list.shares(symbol, quantity, 'equity:market');
    list.money('securities', DOLLAR, paid, symbol);
    list.money('expenses:commissions', DOLLAR, costs);
    add(this.held, symbol, quantity);
    this.#close(list, 'trade', symbol, at, 0 - paid - costs);
  }

  takeEvent(at: string, event: EventRow): void {
    const { id, kind, amount = 0 } = event;
    const list = new PostingList();
    if (shareActionKinds.has(kind)) this.#changeShares(list, event);
    else if (!inDollars(event)) return;
    const counterpart = counterparts[kind] ?? 'gains:realized';
    list.money(counterpart, DOLLAR, inDollars(event) ? 0 - amount : 0);
    this.#close(list, kind as LedgerEntry['kind'], id, at, inDollars(event) ? amount : 0);
  }

  #changeShares(list: PostingList, event: EventRow): void {
    const { symbol, kind, value = 0, quantity = 0 } = event;
    if (symbol === undefined) return;
    const before = this.held.get(symbol) ?? 0;
    const isTransfer = kind === 'transfer-in' || kind === 'transfer-out';
    if (kind === 'transfer-in' && !inDollars(event)) return;
    // Shares in another currency are not of this account.
    if (kind !== 'transfer-in' && before === 0) return;
    if (kind === 'split') this.#split(symbol, event);
    const change = isTransfer
      ? kind === 'transfer-in'
        ? quantity
        : 0 - Math.sign(before) * quantity
      : reshaped(before, event) - before;
    list.shares(symbol, change, isTransfer ? 'equity:transfers' : 'equity:actions');
    if (kind === 'transfer-in') {
      list.money('securities', DOLLAR, value, symbol);
      list.money('equity:transfers', DOLLAR, 0 - value);
    }
    add(this.held, symbol, change);
  }

  #split(symbol: string, { time, numerator = 1, denominator = 1 }: EventRow): void {
    const all = this.splits.get(symbol) ?? [];
    all.push({ day: tradingDay(time), numerator, denominator });
    this.splits.set(symbol, all);
  }

  #close(list: PostingList, kind: LedgerEntry['kind'], id: string, day: string, cash: number): void {
    if (this.#hasCash) list.money('cash', DOLLAR, cash);
    else list.money('equity:deposits', DOLLAR, cash);
    if (list.all.length > 0) this.entries.push({ id, kind, day, postings: list.all });
  }
}

/** The shares after a split or a dividend in shares; with cash for a fraction whole ones are left. */
function reshaped(held: number, { kind, quantity = 0, numerator = 1, denominator = 1, amount }: EventRow): number {
  const size = BigInt(Math.abs(held));
  const after = kind === 'split' ? (size * BigInt(numerator)) / BigInt(denominator) : size + BigInt(quantity);
  const kept = amount === undefined ? after : after - (after % BigInt(SHARE));
  return Math.sign(held) * Number(kept);
}
