import { formatMoney } from '@stockafolio/core';
import type { Whole } from './types.js';

/** A whole number for the API: a number if it is exact. */
export function whole(n: number | bigint): Whole {
  return Number.isSafeInteger(Number(n)) ? Number(n) : String(n);
}

/** An amount of 1e-4 USD for the API; null if there is none. */
export function decimalOrNull(units: number | bigint | undefined): string | null {
  return units === undefined ? null : formatMoney(units);
}

/** A time for the API; null if there is none. */
export function isoOrNull(time: number | undefined): string | null {
  return time === undefined ? null : new Date(time).toISOString();
}

/** A part of a whole in hundredths of a per cent, rounded; 0 of nothing. */
export function basisPoints(part: bigint, of: bigint): number {
  if (of === 0n) return 0;
  const [magnitude, divisor] = [part < 0n ? -part : part, of < 0n ? -of : of];
  return Number((magnitude * 20_000n + divisor) / (2n * divisor));
}

/** The same of a part with a sign; undefined of nothing. */
export function signedBasisPoints(part: bigint, of: bigint): number | undefined {
  if (of === 0n) return undefined;
  const size = basisPoints(part, of);
  return part < 0n && size !== 0 ? -size : size;
}

/** `amount / count` rounded to the nearest unit, a half away from zero; 0 for nothing. */
export function average(amount: bigint, count: bigint): bigint {
  if (count === 0n) return 0n;
  const negative = amount < 0n !== count < 0n;
  const [magnitude, divisor] = [amount < 0n ? -amount : amount, count < 0n ? -count : count];
  const rounded = (2n * magnitude + divisor) / (2n * divisor);
  return negative ? -rounded : rounded;
}
