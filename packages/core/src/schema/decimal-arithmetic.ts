import { StockafolioError } from '../errors/index.js';
import { mulDivHalfEven, overflow, timesPrice } from './money.js';
import { checkedScale } from './scale.js';
import { MAX_SAFE } from './types.js';

/** The scales of a product and of its two factors. */
export interface ProductScales {
  readonly of: readonly [number, number];
  readonly to: number;
}

/** Up to this one, powers of ten are safe integers. */
const LAST_SAFE_POWER = 15;

/**
 * Makes the function that multiplies values of two scales to one of a third: exactly where that has enough decimals, else
 * rounded once, a half to the even neighbour.
 *
 * The function throws ERR_OVERFLOW if the product is past 2^53 units.
 *
 * @throws ERR_SCHEMA_INVALID if a scale is not a whole number from 0 to 18
 * @example
 * const worth = decimalProduct({ of: [8, 4], to: 4 }); // decimal(8) times money()
 * worth(50_000_000, 12_3400) // 6_1700: half a piece at 12.34
 */
export function decimalProduct({ of: [first, second], to }: ProductScales): (a: number, b: number) => number {
  for (const scale of [first, second, to]) checkedScale('a product', scale);
  const dropped = first + second - to;
  if (dropped === 0) return timesPrice;
  if (dropped < 0) {
    const factor = 10 ** -dropped;
    return (a, b) => timesPrice(timesPrice(a, b), factor);
  }
  if (dropped <= LAST_SAFE_POWER) {
    const divisor = 10 ** dropped;
    return (a, b) => mulDivHalfEven(a, b, divisor);
  }
  const divisor = 10n ** BigInt(dropped);
  return (a, b) => {
    const units = quotientHalfEven(BigInt(a) * BigInt(b), divisor);
    if (units > BigInt(MAX_SAFE) || units < -BigInt(MAX_SAFE)) overflow(`${a} x ${b} / ${divisor}`);
    return Number(units);
  };
}

/**
 * A value of one scale as one of another: exact with more decimals, rounded with fewer, a half to the even neighbour.
 *
 * @throws ERR_OVERFLOW past 2^53 units, of a bigint past 2^127; ERR_SCHEMA_INVALID if a scale is not from 0 to 18
 * @example rescale(1_5650, 4, 2) // 156: 1.5650 with two decimals
 */
export function rescale(units: number, from: number, to: number): number;
export function rescale(units: bigint, from: number, to: number): bigint;
export function rescale(units: number | bigint, from: number, to: number): number | bigint {
  const more = checkedScale('a value', to) - checkedScale('a value', from);
  if (typeof units === 'number') {
    return more >= 0 ? timesPrice(units, 10 ** more) : mulDivHalfEven(units, 1, 10 ** -more);
  }
  if (more >= 0) return big(units * 10n ** BigInt(more), `${units} with ${more} decimals more`);
  return quotientHalfEven(units, 10n ** BigInt(-more));
}

/**
 * c x q / Q of bigints, rounded to the nearest whole number, a half to the even one: as `mulDivHalfEven`, for values of
 * `bigDecimal()`.
 *
 * @throws ERR_OVERFLOW if the result is not within 128 bits
 */
export function bigMulDivHalfEven(c: bigint, q: bigint, Q: bigint): bigint {
  if (Q === 0n) throw new StockafolioError('ERR_INTERNAL', `a share of nothing: ${c} x ${q} / 0`);
  return big(Q < 0n ? quotientHalfEven(-c * q, -Q) : quotientHalfEven(c * q, Q), `${c} x ${q} / ${Q}`);
}

/** @param divisor is positive */
function quotientHalfEven(value: bigint, divisor: bigint): bigint {
  const magnitude = value < 0n ? -value : value;
  let quotient = magnitude / divisor;
  const twice = 2n * (magnitude % divisor);
  if (twice > divisor || (twice === divisor && quotient % 2n === 1n)) quotient += 1n;
  return value < 0n ? -quotient : quotient;
}

function big(value: bigint, what: string): bigint {
  if (BigInt.asIntN(128, value) === value) return value;
  throw new StockafolioError('ERR_OVERFLOW', `${what} is past 2^127, the largest bigDecimal()`);
}
