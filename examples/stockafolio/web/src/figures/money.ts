import { visitorsForm } from './number-form.js';

/* Money comes as a decimal with four decimals and is never converted to a floating-point number, except for charts. */

/** An amount in 1e-4 USD, or a decimal of another number of decimals in its units. */
export function unitsOf(decimal: string, decimals = 4): bigint {
  const [, sign, whole = '0', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(decimal) ?? [];
  const magnitude = BigInt(whole + fraction.slice(0, decimals).padEnd(decimals, '0'));
  return sign === '-' ? -magnitude : magnitude;
}

/** Only for charts. */
export function floatOf(decimal: string): number {
  return Number(decimal);
}

/** Dollars and cents: `-$1,234.57`, rounded half away from zero. */
export function dollars(decimal: string): string {
  return visitorsForm().dollars[2](decimal);
}

/** The same with a sign, even for a gain: `+$1,234.57`. */
export function gain(decimal: string): string {
  return visitorsForm().gain(decimal);
}

/** Whole dollars: for large amounts. */
export function wholeDollars(decimal: string): string {
  return visitorsForm().dollars[0](decimal);
}

/** A price: with all of its decimals if it is not a whole number of cents. */
export function price(decimal: string): string {
  return visitorsForm().dollars[unitsOf(decimal) % 100n === 0n ? 2 : 4](decimal);
}

/** Short: `$3.70B`. */
export function compact(decimal: string): string {
  return form(decimal, 'compact');
}

/** For an axis: `$2.5M`. */
export function shortest(decimal: string): string {
  return form(decimal, 'shortest');
}

/** -1, 0 or 1. */
export function signOf(decimal: string): -1 | 0 | 1 {
  const units = unitsOf(decimal);
  return units > 0n ? 1 : units < 0n ? -1 : 0;
}

/** A part of a whole in hundredths of a per cent; undefined if the whole is 0. */
export function ratio(part: string, of: string): number | undefined {
  const [a, b] = [unitsOf(part), unitsOf(of)];
  if (b === 0n) return undefined;
  return Number((a * 1_000_000n) / (b < 0n ? -b : b)) / 100;
}

/** Below a thousand in whole dollars. */
function form(decimal: string, of: 'compact' | 'shortest'): string {
  const units = unitsOf(decimal);
  const small = units < 10_000_000n && units > -10_000_000n;
  return small ? wholeDollars(decimal) : visitorsForm()[of](decimal);
}
