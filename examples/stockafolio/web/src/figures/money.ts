/* Money comes as a decimal with four decimals and is never converted to a floating-point number, except for charts. */

const DOLLARS = new Intl.NumberFormat('en-US');

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
  return shown(unitsOf(decimal), 2, '');
}

/** The same with a sign, even for a gain: `+$1,234.57`. */
export function gain(decimal: string): string {
  const units = unitsOf(decimal);
  return shown(units, 2, units > 0n ? '+' : '');
}

/** Whole dollars: for large amounts. */
export function wholeDollars(decimal: string): string {
  return shown(unitsOf(decimal), 0, '');
}

/** A price: with all of its decimals if it is not a whole number of cents. */
export function price(decimal: string): string {
  const units = unitsOf(decimal);
  return shown(units, units % 100n === 0n ? 2 : 4, '');
}

/** Short: `$3.70 B`. */
export function compact(decimal: string): string {
  const units = unitsOf(decimal);
  const size = units < 0n ? -units : units;
  for (const [unit, name] of [
    [10_000_000_000_000n, 'B'],
    [10_000_000_000n, 'M'],
    [10_000_000n, 'k'],
  ] as const) {
    if (size < unit) continue;
    const hundredths = (size * 200n + unit) / (2n * unit);
    return `${units < 0n ? '-' : ''}$${DOLLARS.format(hundredths / 100n)}.${String(hundredths % 100n).padStart(2, '0')} ${name}`;
  }
  return shown(units, 0, '');
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

function shown(units: bigint, decimals: 0 | 2 | 4, plus: string): string {
  const step = 10n ** BigInt(4 - decimals);
  const size = units < 0n ? -units : units;
  const rounded = (2n * size + step) / (2n * step);
  const sign = units < 0n && rounded > 0n ? '-' : rounded > 0n ? plus : '';
  const scale = 10n ** BigInt(decimals);
  const fraction = decimals === 0 ? '' : `.${String(rounded % scale).padStart(decimals, '0')}`;
  return `${sign}$${DOLLARS.format(rounded / scale)}${fraction}`;
}
