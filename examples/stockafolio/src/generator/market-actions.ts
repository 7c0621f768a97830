import type { CorporateAction } from '../action-stream.js';
import type { Listing } from '../universe/universe.js';
import type { PriceWalk } from './price-walk.js';
import { randomOf, type Random } from './random.js';

/** A symbol pays a dividend on one of this many days: four times in a year of 252. */
const PAYS = 63;
/** It splits its shares on one of this many, which is often for a company, but there are 500 of them. */
const SPLITS = 2_000;
/** It gives a dividend in shares on one of this many. */
const GIVES = 6_000;

const ratios = [
  [2, 1],
  [3, 1],
  [4, 1],
  [3, 2],
  [1, 8],
  [1, 10],
] as const;

/**
 * The corporate actions of the market's days, by seed. They take effect a millisecond before the market opens, and prices
 * move with them: by the ratio of a split, or by what is paid. Fractions of whole shares are paid in cash after most reverse
 * splits.
 */
export class MarketActions {
  readonly #listings: readonly Listing[];
  readonly #random: Random;
  readonly #prefix: string;
  #made = 0;

  constructor(listings: readonly Listing[], seed: number) {
    this.#listings = listings;
    this.#random = randomOf(seed, 7);
    this.#prefix = `c${seed}-`;
  }

  /** The actions of a day, whose prices are those of its opening. @param open epoch milliseconds */
  ofDay(open: number, prices: PriceWalk): readonly CorporateAction[] {
    return this.#listings.flatMap(({ symbol }, index): CorporateAction[] => {
      const terms = this.#terms(prices.at(index));
      if (terms === undefined) return [];
      const id = this.#prefix + (this.#made++).toString(36);
      const { numerator, denominator, perShare = 0 } = terms;
      if (numerator === undefined || denominator === undefined) prices.pay(index, perShare / 10_000);
      else prices.divide(index, (terms.kind === 'split' ? numerator : numerator + denominator) / denominator);
      const isPaid = terms.kind === 'split' && numerator !== undefined && numerator < (denominator ?? 1);
      const price = isPaid && this.#random.below(4) > 0 ? { price: prices.at(index) } : {};
      return [{ id, symbol, time: open - 1, ...terms, ...price }];
    });
  }

  /** What a symbol does today, in most cases nothing. @param price in 1e-4 USD */
  #terms(price: number): Pick<CorporateAction, 'kind' | 'numerator' | 'denominator' | 'perShare'> | undefined {
    if (this.#random.below(PAYS) === 0) {
      // A quarter of 1 to 4 % a year, in whole tenths of a cent.
      const share = 0.0025 + this.#random.fraction() * 0.0075;
      return { kind: 'dividend', perShare: Math.max(1, Math.round((price * share) / 10)) * 100_000 };
    }
    if (this.#random.below(SPLITS) === 0) {
      const [numerator, denominator] = ratios[this.#random.below(ratios.length)] ?? ratios[0];
      return { kind: 'split', numerator, denominator };
    }
    if (this.#random.below(GIVES) === 0) {
      return { kind: 'stock-dividend', numerator: 1, denominator: 10 + 10 * this.#random.below(2) };
    }
    return undefined;
  }
}
