import type { Listing } from '../universe/universe.js';
import type { Random } from './random.js';

/** Standard deviation of a step from one trade to the next, as a part of the price. */
const STEP = 0.0005;
/** The fraction of the way back to the day's opening price in each step: the walk spreads about 3 % around it. */
const PULL = 0.00015;
/** Largest distance of a price from the day's opening, as a fraction of that. */
const LIMIT = 0.2;
/** Standard deviation of the change overnight, and the fraction of the way back to the first opening. */
const GAP = 0.01;
const GAP_PULL = 0.05;
/** Largest distance of a day's opening from the first, as a factor. */
const REACH = 4;
/** Units of 1e-4 USD in a cent. */
const CENT = 100;

/**
 * The prices of all symbols, in 1e-4 USD: Gaussian steps that stay within a day's limits and, over years, within
 * reason.
 */
export class PriceWalk {
  /** Around these the openings of the days stay. */
  private readonly first: number[];
  private readonly random: Random;
  private readonly prices: Float64Array;
  private readonly opens: Float64Array;

  constructor(listings: readonly Listing[], random: Random) {
    this.first = listings.map((l) => l.open);
    this.random = random;
    this.prices = Float64Array.from(this.first);
    this.opens = Float64Array.from(this.first);
  }

  /** Opens the next day: with a gap overnight, which sets the day's limits. */
  openDay(): void {
    this.first.forEach((first, i) => {
      const price = this.prices[i] ?? first;
      const moved = price + GAP_PULL * (first - price) + this.random.gauss() * GAP * price;
      const open = cents(Math.min(Math.max(moved, first / REACH), first * REACH));
      this.prices[i] = open;
      this.opens[i] = open;
    });
  }

  /** The price of the i-th symbol, in whole cents. */
  at(i: number): number {
    return cents(this.prices[i] ?? 0);
  }

  /** So many shares are made of each: prices are divided by that. */
  divide(i: number, by: number): void {
    this.first[i] = (this.first[i] ?? 0) / by;
    this.prices[i] = this.opens[i] = cents((this.prices[i] ?? 0) / by);
  }

  /** So much is paid for each share, in 1e-4 USD: the price is lower by that. */
  pay(i: number, amount: number): void {
    this.prices[i] = this.opens[i] = cents((this.prices[i] ?? 0) - amount);
  }

  /**
   * The price of the next trade of the i-th symbol: in whole cents, or `fine` to four decimals. The walk itself keeps
   * whole units of 1e-4 USD, so that the last bits of a logarithm never accumulate.
   */
  next(i: number, fine: boolean): number {
    const price = this.prices[i] ?? 0;
    const open = this.opens[i] ?? 0;
    const moved = Math.round(price + this.random.gauss() * STEP * price + PULL * (open - price));
    const within = Math.min(Math.max(moved, lowest(open)), highest(open));
    this.prices[i] = within;
    return fine ? within : cents(within);
  }
}

function cents(price: number): number {
  return Math.max(Math.round(price / CENT), 1) * CENT;
}

/** The limits are whole cents, so that rounding never passes them. */
function lowest(open: number): number {
  return Math.max(Math.ceil((open * (1 - LIMIT)) / CENT), 1) * CENT;
}

function highest(open: number): number {
  return Math.floor((open * (1 + LIMIT)) / CENT) * CENT;
}
