import { MONEY_SCALE, QUANTITY_SCALE, type Cash } from '../../books/account-event.js';
import { dividedBy, fitsScale, magnitude, plainDecimal, times, unitsOf, type Decimal } from './decimal-text.js';
import { added, type ReadRow } from './read-row.js';

/** Two statements of a file that cannot both be right. */
export interface Contradiction {
  readonly line: number;
  readonly what: string;
}

const SCALE = 12;

/**
 * The amounts of trades that are not quantity times price and fees, within what the file rounds: the last decimal of the
 * amount, and half of that of the price, the quantity and the rate.
 */
export function wrongAmounts(rows: readonly ReadRow[]): Contradiction[] {
  return rows.flatMap((row) => {
    const what = row.kind === 'trade' ? wrongAmount(row) : undefined;
    return what === undefined ? [] : [{ line: row.line, what }];
  });
}

function wrongAmount({ rule, side, quantity, price, currency, amount, fees, rate }: ReadRow): string | undefined {
  if (quantity === undefined || price === undefined || amount === undefined) return undefined;
  const isConverted = currency !== amount.currency;
  if (isConverted && (rate === undefined || rate.units <= 0n)) return undefined;
  const inAmount = (value: Decimal): bigint =>
    (isConverted && rate !== undefined ? dividedBy(value, rate, SCALE) : at(value)).units;
  const value = inAmount(magnitude(times(quantity, price)));
  let costs = 0n;
  for (const fee of rule.feesOnTop === true || rule.feesByDifference === true ? [] : fees) {
    if (fee.currency !== amount.currency && fee.currency !== currency) return undefined;
    const cost = { units: BigInt(fee.amount), scale: MONEY_SCALE };
    costs += fee.currency === amount.currency ? at(cost).units : inAmount(cost);
  }
  const expected = side === 'buy' ? -value - costs : value - costs;
  const better = at(amount).units - expected;
  const roundings =
    ulp(Math.max(2, amount.scale)) +
    inAmount(times(magnitude(quantity), { units: 5n, scale: Math.max(2, price.scale) + 1 })) +
    (isExact(quantity) ? 0n : inAmount(times(magnitude(price), { units: 5n, scale: quantity.scale + 1 }))) +
    (isConverted && rate !== undefined ? (value * 5n) / size(rate.units) / 10n + 1n : 0n);
  // A broker that has no column of fees takes small ones: what is paid beside the value.
  const fee = rule.feesByDifference === true ? value / 20n + 20n * 10n ** BigInt(SCALE) : 0n;
  if (better <= roundings && -better <= roundings + fee) return undefined;
  return `the amount is ${plainDecimal(amount)} ${amount.currency}, but quantity, price${isConverted ? ', rate' : ''} and fees give ${money(unitsOf({ units: expected, scale: SCALE }, MONEY_SCALE))}`;
}

/** Whether a quantity is written in full: brokers that round it keep three decimals or more. */
function isExact(quantity: Decimal): boolean {
  return fitsScale(quantity, 2);
}

/** Running balances that do not follow from the amounts. Rows without one are added up. */
export function wrongBalances(rows: readonly ReadRow[]): Contradiction[] {
  const wrong: Contradiction[] = [];
  const balances = new Map<string, number>();
  const since = new Map<string, number>();
  for (const row of rows) {
    const table = row.row.table.title ?? '';
    for (const { currency, amount } of row.cash) {
      const key = `${table} ${currency}`;
      since.set(key, added(since.get(key) ?? 0, amount));
    }
    const { balance } = row;
    if (balance === undefined || row.cash.length === 0) continue;
    const key = `${table} ${balance.currency}`;
    const before = balances.get(key);
    const change = since.get(key) ?? 0;
    if (before !== undefined && before + change !== balance.amount) {
      wrong.push({
        line: row.line,
        what: `the balance is ${money(balance.amount)} ${balance.currency}, but ${money(before)} before it and ${money(change)} give ${money(before + change)}`,
      });
    }
    balances.set(key, balance.amount);
    since.set(key, 0);
  }
  return wrong;
}

/** Holdings and balances at the end that the file states, and that its events do not give. */
export function wrongEnds(
  rows: readonly ReadRow[],
  held: ReadonlyMap<string, number>,
  cash: readonly Cash[],
): Contradiction[] {
  const wrong: Contradiction[] = [];
  const stated = new Set<string>();
  for (const { kind, line, symbol = '', quantity, amount } of rows) {
    if (kind === 'holding' && quantity !== undefined) {
      stated.add(symbol);
      const units = held.get(symbol) ?? 0;
      if (unitsOf(quantity, QUANTITY_SCALE) !== units) {
        wrong.push({
          line,
          what: `the file holds ${plainDecimal(quantity)} ${symbol} at its end, its events give ${shown(units)}: it may not be the whole history`,
        });
      }
    }
    if (kind === 'cash-balance' && amount !== undefined) {
      const found = cash.find(({ currency }) => currency === amount.currency)?.amount ?? 0;
      if (unitsOf(amount, MONEY_SCALE) !== found) {
        wrong.push({
          line,
          what: `the file ends with ${plainDecimal(amount)} ${amount.currency}, its rows give ${money(found)}`,
        });
      }
    }
  }
  if (stated.size === 0) return wrong;
  const [first] = rows.filter(({ kind }) => kind === 'holding');
  for (const [symbol, units] of held) {
    if (units === 0 || stated.has(symbol)) continue;
    wrong.push({ line: first?.line ?? 0, what: `the holdings have no ${symbol}, but the events give ${shown(units)}` });
  }
  return wrong;
}

function at({ units, scale }: Decimal): Decimal {
  return scale <= SCALE
    ? { units: units * 10n ** BigInt(SCALE - scale), scale: SCALE }
    : { units: units / 10n ** BigInt(scale - SCALE), scale: SCALE };
}

function ulp(scale: number): bigint {
  return 10n ** BigInt(Math.max(0, SCALE - scale));
}

function size(units: bigint): bigint {
  return units < 0n ? -units : units;
}

function shown(units: number): string {
  return plainDecimal({ units: BigInt(units), scale: QUANTITY_SCALE });
}

function money(units: number): string {
  return plainDecimal({ units: BigInt(units), scale: MONEY_SCALE });
}
