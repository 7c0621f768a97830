import { MAX_SAFE } from '../schema/index.js';

/** A decimal number in exact form: digits x 10^exponent. */
interface Decimal {
  readonly negative: boolean;
  /** Without leading zeros; empty for zero. */
  readonly digits: string;
  readonly exponent: number;
}

const grammar = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** More digits than any whole number that a field can hold (2^127 has 39 digits). */
const MAX_DIGITS = 40;

/**
 * The whole number of units of 10^-scale that a decimal number represents, exact from its digits.
 *
 * @returns `'syntax'` if the text is not a decimal number, `'fraction'` if it has more decimals than `scale` (zeros
 * past them do not count), `'huge'` if it has more than 40 digits
 */
export function unitsOf(text: string, scale: number): bigint | 'syntax' | 'fraction' | 'huge' {
  const decimal = parse(text);
  if (decimal === undefined) return 'syntax';
  const { digits, negative } = decimal;
  if (digits === '') return 0n;
  const shift = decimal.exponent + scale;
  if (shift < 0) {
    const kept = digits.length + shift;
    const cut = kept > 0 ? digits.slice(kept) : digits;
    if (/[1-9]/.test(cut)) return 'fraction';
    return whole(digits.slice(0, kept), negative);
  }
  if (digits.length + shift > MAX_DIGITS) return 'huge';
  return whole(digits + '0'.repeat(shift), negative);
}

/** The largest number of significant digits of a double written out in full. */
const LONGEST_DOUBLE = 800;

/**
 * The intended units, as of {@link unitsOf}, of a number with more decimals that is a binary fraction written out:
 * 156.51999999999998 is 156.52. Undefined if the part past the last unit is more than noise.
 *
 * It is noise if the nearest unit is
 * - within a hundredth of a unit (two zeros or nines follow the last decimal) and within 1e-9 of the number, or
 * - within a tenth of a unit, and no different in the first fifteen significant digits, which are all that a double
 *   keeps of a decimal number.
 */
export function meantUnitsOf(text: string, scale: number): bigint | undefined {
  const decimal = parse(text);
  if (decimal === undefined || decimal.digits.length > LONGEST_DOUBLE) return undefined;
  const units = roundedUnitsOf(text, scale);
  const finer = -decimal.exponent - scale;
  if (typeof units === 'string' || finer <= 0 || finer > LONGEST_DOUBLE) return undefined;
  const exact = BigInt(decimal.digits);
  const unit = 10n ** BigInt(finer);
  const meant = (units < 0n ? -units : units) * unit;
  const difference = exact > meant ? exact - meant : meant - exact;
  const isNear = difference * 100n <= unit && difference * 1_000_000_000n <= exact;
  const isPastLastDigit = difference * 10n <= unit && difference * 200_000_000_000_000n <= exact;
  return isNear || isPastLastDigit ? units : undefined;
}

/** The units that a double stands for; undefined if it has more decimals than `scale`, or is not finite. */
export function unitsOfDouble(value: number, scale: number): bigint | undefined {
  const text = String(value);
  const units = unitsOf(text, scale);
  return typeof units === 'bigint' ? units : units === 'fraction' ? meantUnitsOf(text, scale) : undefined;
}

/** As {@link unitsOf}, with the part past the last unit rounded, a half to the even neighbour. */
export function roundedUnitsOf(text: string, scale: number): bigint | 'syntax' | 'huge' {
  const decimal = parse(text);
  if (decimal === undefined) return 'syntax';
  const shift = decimal.exponent + scale;
  const exact = unitsOf(text, scale);
  if (exact !== 'fraction') return exact;
  const { digits, negative } = decimal;
  const kept = digits.length + shift;
  if (kept > MAX_DIGITS) return 'huge';
  const floor = BigInt(kept > 0 ? digits.slice(0, kept) : '0');
  // Fewer digits than decimals: everything is below a tenth of a unit.
  const rest = kept < 0 ? '0' : digits.slice(kept);
  const half = '5'.padEnd(rest.length, '0');
  const up = rest > half || (rest === half && floor % 2n === 1n);
  const magnitude = up ? floor + 1n : floor;
  return negative ? -magnitude : magnitude;
}

function parse(text: string): Decimal | undefined {
  const match = grammar.exec(text);
  if (match === null) return undefined;
  const fraction = match[3] ?? '';
  return {
    negative: match[1] === '-',
    digits: ((match[2] ?? '') + fraction).replace(/^0+/, ''),
    exponent: Number(match[4] ?? 0) - fraction.length,
  };
}

function whole(digits: string, negative: boolean): bigint | 'huge' {
  if (digits.length > MAX_DIGITS) return 'huge';
  const magnitude = BigInt(digits);
  return negative ? -magnitude : magnitude;
}

/** A whole number of units of 10^-scale with exactly `scale` decimals: `-12.3400`. */
export function decimalText(units: number | bigint, scale: number): string {
  const text = units.toString();
  if (scale === 0) return text;
  const negative = text.startsWith('-');
  const digits = (negative ? text.slice(1) : text).padStart(scale + 1, '0');
  return `${negative ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** The same without trailing zeros: `-12.34`, and `12` of a whole number. */
export function shortDecimalText(units: number | bigint, scale: number): string {
  const text = decimalText(units, scale);
  return scale === 0 ? text : text.replace(/\.?0+$/, '');
}

/** Numbers of up to 15 digits are exact for every reader that converts them to doubles. */
export const DIGITS_15 = 1e15;

/**
 * Whether the text of {@link shortDecimalText} can be a JSON number: whether a double prints as the same digits, and a
 * whole number is within 2^53, as for `int64()`.
 */
export function isJsonNumber(text: string): boolean {
  const value = Number(text);
  // With at most 18 decimals it has at most 15 digits, which a double prints with an exponent.
  if (Math.abs(value) < 1e-3) return true;
  return Math.abs(value) <= MAX_SAFE && String(value) === text;
}
