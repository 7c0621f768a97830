import { decimalProduct } from '@stockafolio/core';
import type { Cash } from './account-event.js';
import { Converter, type Amounts, type ExchangeRates } from './conversion.js';
import { addPosting, emptyStanding, emptySums, type DaySums, type Standing } from './day-sums.js';
import { add, safe } from './exact.js';
import type { LedgerEntry } from './ledger.js';

/** The closing price of a symbol on a day, in 1e-4 of its currency. */
export type ClosingPrices = (symbol: string, day: string) => Cash | undefined;

/** What a day, or all of them, brought; in 1e-4 of one currency. The parts after `pnl` add up to it, to the unit. */
export interface AccountResult {
  /** Paid in; paid out if below 0. Shares that were transferred count at their closing price. */
  readonly flow: number;
  readonly pnl: number;
  readonly realized: number;
  readonly unrealized: number;
  readonly dividends: number;
  readonly interest: number;
  /** Fees, commissions that are in no basis, and taxes: usually below 0. */
  readonly costs: number;
  /** By changes of the rates of exchange: all that is none of the others. 0 if there is one currency only. */
  readonly exchange: number;
  /** By cash of events that the lots do not know. */
  readonly unexplained: number;
}

export interface DayResult extends AccountResult {
  readonly day: string;
  /** At its close. */
  readonly value: number;
}

/** What is missing to know the value of an account. */
export type MissingQuote =
  { readonly kind: 'price'; readonly symbol: string } | { readonly kind: 'rate'; readonly currency: string };

/** A figure, or what is missing to know it. */
export type Known<T> =
  | { readonly figure: T; readonly missing?: undefined }
  | { readonly figure?: undefined; readonly missing: readonly MissingQuote[] };

/** An account that goes from close to close, by the entries of its ledger. */
export class AccountDays {
  readonly #entries: readonly LedgerEntry[];
  readonly #base: string;
  readonly #prices: ClosingPrices;
  readonly #rates: ExchangeRates;
  readonly #standing: Standing = emptyStanding();
  #next = 0;
  #value = 0;
  /** Value of the shares minus their basis, by currency. */
  #unrealized: Amounts = new Map();

  /**
   * @param entries in the order of their days
   * @param base the currency of the results
   */
  constructor(entries: readonly LedgerEntry[], base: string, prices: ClosingPrices, rates: ExchangeRates) {
    this.#entries = entries;
    this.#base = base;
    this.#prices = prices;
    this.#rates = rates;
  }

  /** The value of the account at a close, from which its days begin. */
  open(day: string): Known<number> {
    this.#post(day);
    const [converter, missed] = [new Converter(this.#base, day, this.#rates), new Set<string>()];
    this.#close(day, missed, converter);
    return known(this.#value, missed, converter);
  }

  /** The next day, with what happened since the last one. */
  next(day: string): Known<DayResult> {
    const [valueBefore, unrealizedBefore] = [this.#value, this.#unrealized];
    const sums = this.#post(day);
    const [converter, missed] = [new Converter(this.#base, day, this.#rates), new Set<string>()];
    this.#close(day, missed, converter);
    const arrived = this.#marketValue(sums.transferred, day, missed);
    const flow = converter.sum(plus([sums.deposits, 1], [arrived, 1]));
    const pnl = safe(safe(this.#value - valueBefore) - flow);
    // What came with a transfer counts at its closing price, so what it gained before is not of this day.
    const gained = plus([this.#unrealized, 1], [unrealizedBefore, -1], [arrived, -1], [sums.transferredBasis, 1]);
    const parts = {
      realized: converter.sum(sums.realized),
      unrealized: converter.sum(gained),
      dividends: converter.sum(sums.dividends),
      interest: converter.sum(sums.interest),
      costs: converter.sum(sums.costs),
      unexplained: converter.sum(sums.unexplained),
    };
    const exchange = Object.values(parts).reduce((rest, part) => safe(rest - part), pnl);
    return known({ day, value: this.#value, flow, pnl, ...parts, exchange }, missed, converter);
  }

  /** Posts what happened up to a day. */
  #post(day: string): DaySums {
    const sums = emptySums();
    for (let entry = this.#entries[this.#next]; entry !== undefined && entry.day <= day;) {
      for (const posting of entry.postings) addPosting(posting, this.#standing, sums);
      entry = this.#entries[++this.#next];
    }
    return sums;
  }

  #close(day: string, missed: Set<string>, converter: Converter): void {
    const { cash, basis, shares } = this.#standing;
    const market = this.#marketValue(shares, day, missed);
    this.#unrealized = plus([market, 1], [basis, -1]);
    this.#value = converter.sum(plus([cash, 1], [market, 1]));
  }

  #marketValue(shares: ReadonlyMap<string, number>, day: string, missed: Set<string>): Amounts {
    const values = new Map<string, number>();
    for (const [symbol, quantity] of shares) {
      if (quantity === 0) continue;
      const price = this.#prices(symbol, day);
      if (price === undefined) missed.add(symbol);
      else add(values, price.currency, valueOf(quantity, price.amount));
    }
    return values;
  }
}

/** A quantity at a price, rounded once. */
const valueOf = decimalProduct({ of: [8, 4], to: 4 });

function plus(...terms: readonly (readonly [Amounts, 1 | -1])[]): Amounts {
  const sum = new Map<string, number>();
  for (const [amounts, sign] of terms) for (const [key, amount] of amounts) add(sum, key, sign * amount);
  return sum;
}

function known<T>(figure: T, missed: ReadonlySet<string>, { missing }: Converter): Known<T> {
  if (missed.size === 0 && missing.size === 0) return { figure };
  const prices = [...missed].sort().map((symbol): MissingQuote => ({ kind: 'price', symbol }));
  const rates = [...missing].sort().map((currency): MissingQuote => ({ kind: 'rate', currency }));
  return { missing: [...prices, ...rates] };
}
