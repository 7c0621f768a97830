import type { CorporateAction } from '../action-stream.js';
import type { Trade } from '../trade.js';
import { universe, type Listing } from '../universe/universe.js';
import { Arrivals } from './arrivals.js';
import { EventClock } from './event-clock.js';
import { MarketActions } from './market-actions.js';
import { checkOptions, type GeneratorOptions } from './options.js';
import { PriceWalk } from './price-walk.js';
import { fractionalQuantityOf, quantityOf } from './quantity.js';
import { fractionsOf, randomOf, type Random } from './random.js';
import { chooserOf, type Chooser } from './skew.js';

/** A user trades this many symbols, except in one of `STRAY` trades. */
const FAVOURITES = 8;
const STRAY = 8;
/** The fraction of trades that are buys: holdings grow slowly, and short ones occur. */
const BUYS = 0.6;
/** One of this many trades has a price finer than a cent. */
const FINE = 64;

/**
 * Trades of the S&P 500: the same options give the same trades, in whatever batches they are taken.
 *
 * Without `outOfOrder` they come in time order; with it the same trades come late by up to that limit. Ids are
 * `t<seed>-<number>`, the number in base 36 and in time order; users `u<number>`, as wide as the number of users needs.
 *
 * @example
 * const generator = generateTrades({ trades: 1000, users: 50, seed: 7, start: Date.UTC(2026, 0, 5), rate: 10 });
 * const first = generator.next(100);
 * for (const trade of generator) console.log(trade); // the other 900
 */
export class TradeGenerator implements Iterable<Trade> {
  private readonly total: number;
  private readonly prefix: string;
  private readonly userWidth: number;
  private readonly outOfOrder: number;
  private readonly random: Random;
  private readonly delays: Random;
  private readonly fractions: number;
  /** Of its own, so that the rest is the same whatever part has fractions. */
  private readonly parts: Random;
  private readonly favourites: (user: number) => () => number;
  private readonly chooseUser: Chooser;
  private readonly chooseSymbol: Chooser;
  private readonly listings: readonly Listing[];
  private readonly prices: PriceWalk;
  private readonly clock: EventClock;
  private readonly market: MarketActions | undefined;
  private readonly arrivals = new Arrivals();
  private made = 0;
  private actions: readonly CorporateAction[] = [];
  private day: string | undefined;
  /** The first trade in time order that is not in transit yet. */
  private upcoming: Trade | undefined;

  /** @throws ERR_USAGE if an option is invalid */
  constructor(options: GeneratorOptions) {
    checkOptions(options);
    const { seed } = options;
    this.total = options.trades;
    this.prefix = `t${seed}-`;
    this.userWidth = String(options.users - 1).length;
    this.outOfOrder = options.outOfOrder ?? 0;
    this.random = randomOf(seed, 0);
    this.delays = randomOf(seed, 1);
    this.fractions = options.fractions ?? 0;
    this.parts = randomOf(seed, 4);
    this.favourites = fractionsOf(seed);
    this.chooseUser = chooserOf(options.users, options.userSkew ?? 'uniform');
    this.chooseSymbol = chooserOf(universe.length, options.symbolSkew ?? 'uniform');
    this.listings = shuffled(universe, randomOf(seed, 2));
    this.prices = new PriceWalk(this.listings, randomOf(seed, 3));
    this.clock = new EventClock(options.start, options.rate);
    this.market = options.actions === true ? new MarketActions(this.listings, seed) : undefined;
    this.upcoming = this.outOfOrder > 0 ? this.make() : undefined;
  }

  /** The next trades, as many as requested; fewer only at the end, none after it. */
  next(count: number): Trade[] {
    const trades: Trade[] = [];
    while (trades.length < count) {
      const trade = this.outOfOrder > 0 ? this.arrive() : this.make();
      if (trade === undefined) break;
      trades.push(trade);
    }
    return trades;
  }

  /** The corporate actions of the days that the trades have reached since the last call, in the order of their times. */
  takeActions(): readonly CorporateAction[] {
    const { actions } = this;
    this.actions = [];
    return actions;
  }

  *[Symbol.iterator](): Generator<Trade, void, undefined> {
    for (let batch = this.next(1); batch.length > 0; batch = this.next(1)) yield* batch;
  }

  /** A trade arrives at its time plus a random delay: so none is later than another by more than the longest delay. */
  private arrive(): Trade | undefined {
    for (;;) {
      const next = this.upcoming;
      const trade = this.arrivals.take(next === undefined ? Number.POSITIVE_INFINITY : next.time);
      if (trade !== undefined || next === undefined) return trade;
      this.arrivals.put(next, next.time + this.delays.below(this.outOfOrder + 1));
      this.upcoming = this.make();
    }
  }

  private make(): Trade | undefined {
    if (this.made >= this.total) return undefined;
    const time = this.clock.next();
    if (this.clock.day !== this.day) {
      if (this.day !== undefined) this.openDay();
      this.day = this.clock.day;
    }
    const user = this.chooseUser(this.random.fraction);
    const index = this.symbolFor(user);
    const listing = this.listings[index];
    if (listing === undefined) return undefined;
    return {
      id: this.prefix + (this.made++).toString(36),
      user: `u${String(user).padStart(this.userWidth, '0')}`,
      symbol: listing.symbol,
      sector: listing.sector,
      side: this.random.fraction() < BUYS ? 'buy' : 'sell',
      quantity: this.quantity(),
      price: this.prices.next(index, this.random.below(FINE) === 0),
      time,
    };
  }

  private openDay(): void {
    this.prices.openDay();
    if (this.market !== undefined) this.actions = [...this.actions, ...this.market.ofDay(this.clock.open, this.prices)];
  }

  private quantity(): number {
    const whole = quantityOf(this.random);
    return this.fractions > 0 && this.parts.fraction() < this.fractions ? fractionalQuantityOf(this.parts) : whole;
  }

  private symbolFor(user: number): number {
    if (this.random.below(STRAY) === 0) return this.chooseSymbol(this.random.fraction);
    return this.chooseSymbol(this.favourites(user * FAVOURITES + this.random.below(FAVOURITES)));
  }
}

/** See {@link TradeGenerator}. */
export function generateTrades(options: GeneratorOptions): TradeGenerator {
  return new TradeGenerator(options);
}

/** If symbols are skewed, the seed decides which of them trade most (Fisher and Yates, 1938). */
function shuffled<T>(values: readonly T[], random: Random): T[] {
  const order = [...values];
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const [a, b] = [order[i], order[j]];
    if (a === undefined || b === undefined) continue;
    order[i] = b;
    order[j] = a;
  }
  return order;
}
