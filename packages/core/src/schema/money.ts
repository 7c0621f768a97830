import { StockafolioError } from '../errors/index.js';
import { MAX_SAFE } from './types.js';

/**
 * The exact product of a quantity and a price, in the price's unit, which is 1e-4 for `money()`.
 *
 * @throws ERR_OVERFLOW if it is not a safe integer
 * @example timesPrice(3, 12_3400) // 37_0200: three at 12.34
 */
export function timesPrice(quantity: number, price: number): number {
  const product = quantity * price;
  // A product within the safe range is computed exactly; one outside rounds to no smaller magnitude than the range's end.
  if (!(product <= MAX_SAFE && product >= -MAX_SAFE)) overflow(`${quantity} x ${price}`);
  return product + 0;
}

/**
 * c x q / Q rounded to the nearest whole number, a half to the even one, computed exactly: the share of a cost that
 * leaves with q of Q pieces.
 *
 * @param c amount, a safe integer
 * @param q numerator, a safe integer
 * @param Q denominator, a safe integer other than 0
 * @throws ERR_OVERFLOW if the result is not a safe integer
 */
export function mulDivHalfEven(c: number, q: number, Q: number): number {
  if (q === Q) return c;
  const product = c * q;
  if (!(product <= MAX_SAFE && product >= -MAX_SAFE) || Q === 0) return exactly(c, q, Q);
  const divisor = Math.abs(Q);
  const magnitude = Math.abs(product);
  const rest = magnitude % divisor;
  const quotient = (magnitude - rest) / divisor;
  // Twice the rest may exceed 2^53 where the distance to the divisor does not.
  const above = rest - (divisor - rest);
  const rounded = above > 0 || (above === 0 && quotient % 2 === 1) ? quotient + 1 : quotient;
  return product < 0 !== Q < 0 ? 0 - rounded : rounded;
}

function exactly(c: number, q: number, Q: number): number {
  if (Q === 0) throw new StockafolioError('ERR_INTERNAL', `a share of nothing: ${c} x ${q} / 0`);
  const product = BigInt(c) * BigInt(q);
  const divisor = Q < 0 ? -BigInt(Q) : BigInt(Q);
  const magnitude = product < 0n ? -product : product;
  const rest = magnitude % divisor;
  let quotient = magnitude / divisor;
  const twice = 2n * rest;
  if (twice > divisor || (twice === divisor && quotient % 2n === 1n)) quotient += 1n;
  if (quotient > BigInt(MAX_SAFE)) overflow(`${c} x ${q} / ${Q}`);
  return product < 0n !== Q < 0 ? 0 - Number(quotient) : Number(quotient);
}

/** @throws ERR_OVERFLOW */
export function overflow(what: string): never {
  throw new StockafolioError('ERR_OVERFLOW', `${what} is past the largest exact amount, ${MAX_SAFE} units`, {
    hint: 'use bigMoney() or bigDecimal() for sums over many users',
  });
}
