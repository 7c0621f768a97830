import { StockafolioError, mulDivHalfEven } from '@stockafolio/core';

/** Units of `decimal(8)` in one share: quantities are whole numbers of 1e-8 shares. */
export const SHARE = 1e8;

/**
 * A figure that is exact.
 *
 * @throws ERR_OVERFLOW if it is not a safe integer
 */
export function safe(value: number): number {
  if (Number.isSafeInteger(value)) return value + 0;
  throw new StockafolioError('ERR_OVERFLOW', 'a figure of the books is past 2^53', {
    hint: 'split the trade, or the account: money is exact up to about 900 billion, quantities up to 90 million shares',
  });
}

/**
 * Adds to a sum of several, by key.
 *
 * @throws ERR_OVERFLOW if it is not a safe integer then
 */
export function add(sums: Map<string, number>, key: string, amount: number): void {
  sums.set(key, safe((sums.get(key) ?? 0) + amount));
}

/**
 * amount x part / whole, rounded once, a half to the even neighbour. As `mulDivHalfEven`, but the product of money and
 * a quantity of 1e-8 shares is often past 2^53: the common factor of the quantities goes first, which needs no bigint.
 *
 * @throws ERR_OVERFLOW if the result is not a safe integer
 * @example shareOf(10_0000, 50_000_000, 100_000_000) // 5_0000: half of 10.00
 */
export function shareOf(amount: number, part: number, whole: number): number {
  if (part === whole) return amount;
  const product = amount * part;
  if (product <= Number.MAX_SAFE_INTEGER && product >= -Number.MAX_SAFE_INTEGER) {
    return mulDivHalfEven(amount, part, whole);
  }
  const factor = commonFactor(part, whole);
  return mulDivHalfEven(amount, part / factor, whole / factor);
}

/** The greatest common factor of two whole numbers, at least 1. */
export function commonFactor(a: number, b: number): number {
  let x = Math.abs(a);
  let y = Math.abs(b);
  while (y !== 0) [x, y] = [y, x % y];
  return x === 0 ? 1 : x;
}

/** The sign of a / b - c / d, exact; b and d are above 0. */
export function compareRatios(a: number, b: number, c: number, d: number): number {
  const left = a * d;
  const right = c * b;
  // Each product is off by at most 2^-53 of itself: a larger difference is certain.
  const doubt = (Math.abs(left) + Math.abs(right)) * 2 ** -51;
  if (left - right > doubt) return 1;
  if (right - left > doubt) return -1;
  const difference = BigInt(a) * BigInt(d) - BigInt(c) * BigInt(b);
  return difference > 0n ? 1 : difference < 0n ? -1 : 0;
}
