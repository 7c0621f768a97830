import { StockafolioError, bigMulDivHalfEven } from '@stockafolio/core';
import { safe } from './exact.js';

/** Amounts in 1e-4, by currency. */
export type Amounts = ReadonlyMap<string, number>;

/** What one unit of a currency costs on a day, as a decimal number in the currency that all is converted to. */
export type ExchangeRates = (currency: string, day: string) => string | undefined;

/** Converts amounts of a day to one currency, and keeps which rates it missed. */
export class Converter {
  readonly missing = new Set<string>();
  readonly #base: string;
  readonly #day: string;
  readonly #rates: ExchangeRates;

  constructor(base: string, day: string, rates: ExchangeRates) {
    this.#base = base;
    this.#day = day;
    this.#rates = rates;
  }

  /**
   * The sum of amounts, each multiplied by its rate and rounded once, a half to the even neighbour. One without a rate
   * counts nothing, and is in {@link missing}.
   *
   * @throws ERR_OVERFLOW, or ERR_BAD_RECORD if a rate is no decimal number above 0
   */
  sum(amounts: Amounts): number {
    let sum = 0;
    for (const [currency, amount] of amounts) if (amount !== 0) sum = safe(sum + this.#inBase(currency, amount));
    return sum;
  }

  #inBase(currency: string, amount: number): number {
    if (currency === this.#base) return amount;
    const rate = this.#rates(currency, this.#day);
    if (rate === undefined) {
      this.missing.add(currency);
      return 0;
    }
    const [units, unit] = ratioOf(rate);
    return safe(Number(bigMulDivHalfEven(BigInt(amount), units, unit)));
  }
}

/** A decimal number as a fraction of whole numbers. */
function ratioOf(rate: string): readonly [bigint, bigint] {
  const [, whole, digits = ''] = /^(\d+)(?:\.(\d+))?$/.exec(rate) ?? [];
  const units = whole === undefined ? 0n : BigInt(whole + digits);
  if (units > 0n) return [units, 10n ** BigInt(digits.length)];
  throw new StockafolioError('ERR_BAD_RECORD', `'${rate}' is no rate of exchange`, {
    hint: 'give what one unit costs as a decimal number above 0, such as 1.0825',
  });
}
