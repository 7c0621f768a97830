import { StockafolioError } from '@stockafolio/core';

/** An exact decimal number: `units` of 1e-`scale`. */
export interface Decimal {
  readonly units: bigint;
  readonly scale: number;
}

/** A number of a file, with the currency that its cell names. */
export interface FileNumber extends Decimal {
  readonly currency?: string;
}

/** How a file writes numbers. */
export interface NumberForm {
  readonly decimal: '.' | ',';
  /** Characters that may separate thousands. */
  readonly thousands: string;
  /** Symbols of currencies, and their codes: `{ $: 'USD' }`. */
  readonly currencySymbols: Readonly<Record<string, string>>;
  /** Letters after a number that mean nothing here: `S`. */
  readonly suffixes: readonly string[];
}

/** Longer numbers are no amounts; the bound keeps the cost of a cell small. */
const MOST_DIGITS = 40;

/**
 * Reads a number as brokers write them: `-1,234.50`, `($5.00)`, `USD -0.07`, `-$3360.00`, `1.234,56 €`, `5-`.
 *
 * @returns what is wrong with the text, if it is no such number
 */
export function parseFileNumber(text: string, form: NumberForm): FileNumber | string {
  let rest = text.replaceAll('\u2212', '-').replaceAll('\u00a0', ' ').trim();
  let negative = false;
  if (rest.startsWith('(') && rest.endsWith(')')) {
    negative = true;
    rest = rest.slice(1, -1).trim();
  }
  const sign = (): void => {
    const first = rest.charAt(0);
    if (first !== '-' && first !== '+') return;
    if (first === '-') negative = !negative;
    rest = rest.slice(1).trim();
  };
  sign();
  const [currency, number] = withoutCurrency(rest, form);
  rest = number;
  if (currency !== undefined) sign();
  if (/\d-$/.test(rest)) {
    negative = !negative;
    rest = rest.slice(0, -1);
  }
  const suffix = form.suffixes.find((each) => rest.endsWith(each));
  if (suffix !== undefined) rest = rest.slice(0, -suffix.length).trim();
  const digits = plainDigits(rest, form);
  if (digits === undefined) return `'${text.slice(0, 60)}' is not a number`;
  const [whole = '', fraction = ''] = digits.split('.');
  const units = BigInt(whole + fraction);
  return {
    units: negative ? -units : units,
    scale: fraction.length,
    ...(currency === undefined ? {} : { currency }),
  };
}

function withoutCurrency(text: string, { currencySymbols }: NumberForm): [string | undefined, string] {
  for (const [symbol, code] of Object.entries(currencySymbols)) {
    if (text.startsWith(symbol)) return [code, text.slice(symbol.length).trim()];
    if (text.endsWith(symbol)) return [code, text.slice(0, -symbol.length).trim()];
  }
  const before = /^([A-Z]{3})\s*(?=[-+\d.,])/.exec(text);
  if (before?.[1] !== undefined) return [before[1], text.slice(before[0].length)];
  const after = /\d\s*([A-Z]{3})$/.exec(text);
  return after?.[1] === undefined ? [undefined, text] : [after[1], text.slice(0, -3).trim()];
}

/** `1234.5` of `1,234.5`; undefined if digits are not grouped by threes, or anything else is in between. */
function plainDigits(text: string, { decimal, thousands }: NumberForm): string | undefined {
  if (text.length > MOST_DIGITS) return undefined;
  const at = text.lastIndexOf(decimal);
  const whole = at === -1 ? text : text.slice(0, at);
  const fraction = at === -1 ? '' : text.slice(at + 1);
  if (!/^\d*$/.test(fraction)) return undefined;
  const separator = [...thousands].find((each) => whole.includes(each));
  if (separator !== undefined) {
    const [first = '', ...groups] = whole.split(separator);
    if (!/^\d{1,3}$/.test(first) || !groups.every((group) => /^\d{3}$/.test(group))) return undefined;
    return `${first}${groups.join('')}.${fraction}`;
  }
  return /^\d*$/.test(whole) && whole + fraction !== '' ? `${whole}.${fraction}` : undefined;
}

/**
 * A decimal in units of 1e-`scale`, rounded half-even if it has more decimals.
 *
 * @throws ERR_OVERFLOW past 2^53 units
 */
export function unitsOf(value: Decimal, scale: number): number {
  const units =
    value.scale <= scale
      ? value.units * 10n ** BigInt(scale - value.scale)
      : divideHalfEven(value.units, 10n ** BigInt(value.scale - scale));
  const number = Number(units);
  if (Number.isSafeInteger(number)) return number;
  throw new StockafolioError('ERR_OVERFLOW', `${plainDecimal(value)} is past 2^53 units of 1e-${scale}`, {
    hint: 'check the number in the file',
  });
}

/** Whether a decimal has no more decimals than `scale`, but for zeros. */
export function fitsScale(value: Decimal, scale: number): boolean {
  return value.scale <= scale || value.units % 10n ** BigInt(value.scale - scale) === 0n;
}

export function times(a: Decimal, b: Decimal): Decimal {
  return { units: a.units * b.units, scale: a.scale + b.scale };
}

/** a / b with `scale` decimals, rounded half-even; b is not 0. */
export function dividedBy(a: Decimal, b: Decimal, scale: number): Decimal {
  const shift = scale - a.scale + b.scale;
  const units =
    shift >= 0
      ? divideHalfEven(a.units * 10n ** BigInt(shift), b.units)
      : divideHalfEven(a.units, b.units * 10n ** BigInt(-shift));
  return { units, scale };
}

export function magnitude({ units, scale }: Decimal): Decimal {
  return { units: units < 0n ? -units : units, scale };
}

export function negated({ units, scale }: Decimal): Decimal {
  return { units: -units, scale };
}

/** A decimal without zeros at its end: `1.5`. */
export function plainDecimal({ units, scale }: Decimal): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, '');
  return `${units < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

function divideHalfEven(value: bigint, by: bigint): bigint {
  if (by < 0n) return divideHalfEven(-value, -by);
  const size = value < 0n ? -value : value;
  let quotient = size / by;
  const twice = 2n * (size % by);
  if (twice > by || (twice === by && quotient % 2n === 1n)) quotient += 1n;
  return value < 0n ? -quotient : quotient;
}
