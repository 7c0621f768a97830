import { bigDecimal, bigMulDivHalfEven, decimal, jsonDecimal, mulDivHalfEven, type FieldType } from '@stockafolio/core';
import { QUANTITY_SCALE } from './books/account-event.js';
import { SHARE } from './books/exact.js';

export { SHARE };

/** The most shares that a quantity can hold, 90 million: 2^53 units of 1e-8. */
export const MOST_SHARES = Math.floor(Number.MAX_SAFE_INTEGER / SHARE);

/**
 * A number of shares in units of 1e-8, with fractions; printed as a number without trailing zeros: `12`, `0.5`.
 *
 * @param bounds in units: `{ min: 1 }` is 0.00000001
 */
export function quantity(bounds: { readonly min?: number } = {}): FieldType<number, 'decimal', false> {
  return decimal(QUANTITY_SCALE, { ...bounds, json: 'number' });
}

/** A sum of quantities, in the same units and form. It is past 2^53 units after some 90 million shares. */
export function volume(): FieldType<bigint, 'bigDecimal', false> {
  return bigDecimal(QUANTITY_SCALE, { json: 'number' });
}

/**
 * What a quantity is worth at a price of a share, in the price's unit of 1e-4 USD: rounded once, a half to the even
 * neighbour. A result past 2^53 is no safe integer, and not exact.
 *
 * @param quantity in 1e-8 shares, above 0
 * @param price in 1e-4 USD, above 0
 * @example tradeValue(50_000_000, 12_3401) // 6_1700: half a share at 12.3401
 */
export function tradeValue(quantity: number, price: number): number {
  const shares = quantity / SHARE;
  // The quotient is whole exactly if the shares are: within 2^53, a unit is more than half of its last bit.
  if (Math.floor(shares) === shares) return shares * price;
  if (quantity * price <= Number.MAX_SAFE_INTEGER) return mulDivHalfEven(quantity, price, SHARE);
  return Number(worth(quantity, price));
}

/**
 * The same of any holding, short ones too, as a bigint.
 *
 * @example worth(-150_000_000, 10_0000) // -15_0000n
 */
export function worth(quantity: number, price: number): bigint {
  return bigMulDivHalfEven(BigInt(quantity), BigInt(price), BigInt(SHARE));
}

/** Shares for JSON: `12`, `0.5`; a text where a number would print other digits. */
export function sharesOf(units: number | bigint): number | string {
  return jsonDecimal(units, QUANTITY_SCALE);
}

/** Shares as text, in plain digits without trailing zeros. */
export function sharesText(units: number | bigint): string {
  return String(sharesOf(units));
}
