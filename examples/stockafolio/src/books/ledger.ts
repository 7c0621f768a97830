import { isStockafolioError } from '@stockafolio/core';
import { tradingDay } from '../calendar/trading-day.js';
import { amendAccount, type FinalEvent } from './account-amendments.js';
import { applyToBooks, type AccountBooks } from './account-books.js';
import { cashOf, type AccountEvent, type AccountEventKind, type TradeEvent } from './account-event.js';
import type { Rejected } from './amendments.js';
import type { LotMethod } from './choose-lot.js';
import type { ActionEvent, TradeEvent as BookTrade } from './events.js';
import { add, safe } from './exact.js';
import { lotEvents } from './lot-events.js';
import { PostingList, type LedgerAccount, type Posting } from './postings.js';
import { settlesOn } from './settlement.js';
import { shareChanges } from './share-changes.js';

/** The postings of one event, on a New York day: they add up to 0, by currency and by symbol. */
export interface LedgerEntry {
  /** Of the event. */
  readonly id: string;
  /** `settlement`: the cash of a trade, when it is paid. */
  readonly kind: AccountEventKind | 'settlement';
  readonly day: string;
  readonly postings: readonly Posting[];
}

export interface Ledger {
  /** By day; the settlements of a day are its last. */
  readonly entries: readonly LedgerEntry[];
  /** The lots and gains, by currency: the cost of `securities`, and what was realized. */
  readonly books: ReadonlyMap<string, AccountBooks>;
  /** Events of which something is not known: what, and what to do. Their shares and cash are in the ledger. */
  readonly unknown: readonly Rejected[];
  /** Amendments of nothing that is there. They have no entry. */
  readonly rejected: readonly Rejected[];
}

/**
 * The ledger of an account from its events, in any order of arrival: double entry, after all amendments.
 *
 * A trade is in `cash:unsettled` until the day on which it settles. Shares are at cost, as the lots have it; costs of a
 * trade in its own currency are part of that, and others are commissions. A trade settled in another currency passes
 * through `equity:conversion`, so that each currency adds up by itself (P. Selinger, Tutorial on multiple currency
 * accounting; so do hledger's conversion accounts and beancount's currency accounts).
 *
 * What the lots do not know, such as a spin-off, has its shares and its cash posted, with `suspense` on the other side
 * of money, and is named in `unknown`.
 *
 * @param method which lots are closed first
 * @throws ERR_OVERFLOW if an amount is past 2^53
 * @example
 * const { entries, unknown } = ledgerOf(events, 'fifo');
 * entries[0]?.postings; // cash 2000.00, equity:deposits -2000.00: of a deposit
 */
export function ledgerOf(arrived: readonly AccountEvent[], method: LotMethod): Ledger {
  const { events, rejected } = amendAccount(arrived);
  const state = new LedgerState(events, method);
  const entries = events.flatMap((event) => state.post(event)).filter(({ postings }) => postings.length > 0);
  const rank = ({ kind }: LedgerEntry): number => (kind === 'settlement' ? 1 : 0);
  entries.sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : rank(a) - rank(b)));
  return { entries, books: state.books, unknown: state.unknown, rejected };
}

/** Where the cash of an event that is no trade comes from, or goes to. */
const counterparts: Partial<Record<AccountEventKind, LedgerAccount>> = {
  fee: 'expenses:fees',
  commission: 'expenses:commissions',
  tax: 'expenses:taxes',
  deposit: 'equity:deposits',
  withdrawal: 'equity:deposits',
  interest: 'income:interest',
  dividend: 'income:dividends',
  exchange: 'equity:conversion',
  option: 'equity:options',
};

class LedgerState {
  readonly books = new Map<string, AccountBooks>();
  readonly unknown: Rejected[] = [];
  readonly #method: LotMethod;
  /** What the lots see of an event, by its id. */
  readonly #ofLots = new Map<string, (readonly [currency: string, event: BookTrade | ActionEvent])[]>();
  readonly #withoutLots: ReadonlySet<string>;
  readonly #withoutBasis: ReadonlySet<string>;
  readonly #shares = new Map<string, number>();
  /** By symbol, how many shares more the ledger has than the lots. */
  readonly #beyondLots = new Map<string, number>();

  constructor(events: readonly FinalEvent[], method: LotMethod) {
    this.#method = method;
    const { byCurrency, unknown, withoutBasis } = lotEvents(events);
    for (const [currency, own] of byCurrency) {
      this.books.set(currency, { positions: new Map(), realized: [], rejected: [] });
      for (const event of own) {
        if (event.kind === 'bust' || event.kind === 'correct') continue;
        const all = this.#ofLots.get(event.id) ?? [];
        all.push([currency, event]);
        this.#ofLots.set(event.id, all);
      }
    }
    this.#withoutLots = new Set(unknown.map(({ id }) => id));
    this.#withoutBasis = new Set(withoutBasis.map(({ id }) => id));
  }

  post(event: FinalEvent): readonly LedgerEntry[] {
    const { id, kind } = event;
    const day = tradingDay(event.time);
    const list = new PostingList();
    const settles = kind === 'trade' ? settlesOn(event) : day;
    const isKnown = this.#postLots(event, list);
    const cash = cashByCurrency(event);
    for (const [currency, amount] of cash) list.money(settles === day ? 'cash' : 'cash:unsettled', currency, amount);
    if (!isKnown) list.close('suspense');
    else if (kind === 'trade') this.#closeTrade(event, list);
    else if (kind === 'transfer-in' || kind === 'transfer-out') list.close('equity:transfers');
    else this.#closeOther(event, list);
    this.#postShares(event, list);
    const entry = { id, kind, day, postings: list.all };
    if (settles === day) return [entry];
    const settlement = new PostingList();
    for (const [currency, amount] of cash) {
      settlement.money('cash', currency, amount);
      settlement.money('cash:unsettled', currency, 0 - amount);
    }
    return [entry, { id, kind: 'settlement', day: settles, postings: settlement.all }];
  }

  /** Applies an event to the lots, and posts what it changed of them. Returns whether the lots know all of it. */
  #postLots(event: FinalEvent, list: PostingList): boolean {
    const { id } = event;
    if (this.#withoutLots.has(id))
      this.#doubt(id, `the lots do not know a ${event.kind}`, 'enter it as events of lots');
    if (this.#withoutBasis.has(id))
      this.#doubt(id, 'the basis of the shares is not known: it is 0', 'give their lots with what they cost');
    let isKnown = !this.#withoutLots.has(id);
    for (const [currency, own] of this.#ofLots.get(id) ?? []) {
      const books = this.books.get(currency);
      if (books === undefined) continue;
      const symbols = 'to' in own ? [own.symbol, own.to] : [own.symbol];
      const basisOf = (symbol: string): number => books.positions.get(symbol)?.basis ?? 0;
      const before = symbols.map(basisOf);
      const count = books.realized.length;
      try {
        applyToBooks(books, own, this.#method);
      } catch (error) {
        if (!isStockafolioError(error) || error.domain !== 'user') throw error;
        books.rejected.push({ id, problem: error.message, hint: error.hint ?? '' });
        this.#doubt(id, error.message, error.hint ?? '');
        isKnown = false;
        continue;
      }
      symbols.forEach((symbol, n) => {
        list.money('securities', currency, basisOf(symbol) - (before[n] ?? 0), symbol);
      });
      const gain = books.realized.slice(count).reduce((sum, parcel) => safe(sum + parcel.gain), 0);
      list.money('gains:realized', currency, 0 - gain);
    }
    return isKnown;
  }

  /** Posts costs that are in no basis, and what the source's own amount in cash differs by. */
  #closeTrade({ id, currency, fees, origin, settled }: TradeEvent, list: PostingList): void {
    for (const fee of fees) {
      if (fee.currency !== currency) list.money('expenses:commissions', fee.currency, fee.amount);
    }
    if (origin === 'gift') {
      list.close('equity:transfers');
      return;
    }
    const { open } = list;
    const inOwn = settled?.currency ?? currency;
    // An exchange gives one currency for another.
    if (new Set(open.map(([, amount]) => amount > 0)).size === 2) {
      list.close(`equity:conversion:${open.map(([each]) => each).join('-')}`);
    } else if (open.every(([each]) => each === inOwn)) {
      list.close('expenses:differences');
    } else {
      const others = open.map(([each]) => each).join(' and ');
      this.#doubt(
        id,
        `the cash of the trade does not have its amounts in ${others}`,
        'check its fees and its currency',
      );
      list.close('suspense');
    }
  }

  #closeOther(event: FinalEvent, list: PostingList): void {
    const account = counterparts[event.kind];
    if (account !== undefined) list.close(account);
    else if (list.open.length > 0) {
      this.#doubt(event.id, `the lots do not know for which shares cash came by a ${event.kind}`, HOW_TO_ENTER);
      list.close('suspense');
    }
  }

  #postShares(event: FinalEvent, list: PostingList): void {
    for (const { symbol, amount, from } of shareChanges(event, (each) => this.#shares.get(each) ?? 0)) {
      const after = safe((this.#shares.get(symbol) ?? 0) + amount);
      this.#shares.set(symbol, after);
      list.shares(symbol, amount, from);
      let inLots = 0;
      for (const { positions } of this.books.values()) inLots += positions.get(symbol)?.quantity ?? 0;
      const beyond = after - inLots;
      if (beyond !== (this.#beyondLots.get(symbol) ?? 0) && this.unknown.at(-1)?.id !== event.id)
        this.#doubt(event.id, `the lots of ${symbol} have other shares than the account`, HOW_TO_ENTER);
      this.#beyondLots.set(symbol, beyond);
    }
  }

  #doubt(id: string, problem: string, hint: string): void {
    this.unknown.push({ id, problem, hint });
  }
}

function cashByCurrency(event: FinalEvent): ReadonlyMap<string, number> {
  const cash = new Map<string, number>();
  for (const { currency, amount } of cashOf(event)) add(cash, currency, amount);
  return cash;
}

const HOW_TO_ENTER = 'enter the trades, transfers and ratios that brought the shares';
