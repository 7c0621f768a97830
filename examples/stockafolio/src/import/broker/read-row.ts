import { StockafolioError } from '@stockafolio/core';
import { MONEY_SCALE, QUANTITY_SCALE, type Cash } from '../../books/account-event.js';
import { tidyCell } from '../tidy-cell.js';
import type { FileTime } from './date-text.js';
import {
  fitsScale,
  magnitude,
  negated,
  plainDecimal,
  times,
  unitsOf,
  type Decimal,
  type FileNumber,
} from './decimal-text.js';
import type { TableRow } from './layout.js';
import type { RowKind, RowRule } from './preset.js';
import { RowFields, RowProblem, type FileForm } from './row-fields.js';

/** A row as its rule reads it. */
export interface ReadRow {
  readonly row: TableRow;
  readonly rule: RowRule;
  readonly kind: RowKind;
  readonly line: number;
  readonly time?: FileTime;
  readonly symbol?: string;
  readonly isin?: string;
  readonly side?: 'buy' | 'sell';
  /** With the sign of the file. */
  readonly quantity?: Decimal;
  readonly price?: Decimal;
  readonly currency?: string;
  /** The number of the file, with its sign as an effect on cash, before fees that come on top. */
  readonly amount?: Decimal & { readonly currency: string };
  /** The effect on cash balances, as far as the row says it. */
  readonly cash: readonly Cash[];
  /** Costs. */
  readonly fees: readonly Cash[];
  /** Tax that the amount is net of, a cost. */
  readonly tax?: Cash;
  readonly withheld?: Cash;
  readonly balance?: Cash;
  readonly rate?: Decimal;
  readonly numerator?: Decimal;
  readonly denominator?: Decimal;
  readonly id?: string;
  readonly note?: string;
  readonly settlementDate?: string;
  /** What was rounded, because an event counts in fewer decimals. */
  readonly rounded: readonly string[];
}

/** Fields that a kind of row must have. */
const NEEDS: Partial<Record<RowKind, readonly string[]>> = {
  trade: ['date', 'symbol', 'quantity', 'price'],
  cancel: ['date', 'symbol', 'quantity', 'price'],
  'cash-of-trade': ['date', 'symbol', 'quantity', 'amount'],
  deposit: ['date', 'amount'],
  withdrawal: ['date', 'amount'],
  fee: ['date', 'amount'],
  commission: ['date', 'amount'],
  interest: ['date', 'amount'],
  tax: ['date', 'amount'],
  'cash-in-lieu': ['date', 'amount'],
  dividend: ['date', 'symbol', 'amount'],
  'stock-dividend': ['date', 'symbol', 'quantity'],
  split: ['date', 'symbol'],
  'split-leg': ['date', 'symbol', 'quantity'],
  transfer: ['date', 'symbol', 'quantity'],
  opening: ['amount'],
  fx: ['amount'],
  holding: ['symbol', 'quantity'],
  instrument: ['symbol', 'isin'],
  'cash-balance': ['amount'],
};

/**
 * Reads a row by the first rule of its table that it fits.
 *
 * @returns undefined if it fits none
 * @throws RowProblem if a field is missing, or is not what it must be; ERR_OVERFLOW if a number is too large
 */
export function readRow(row: TableRow, form: FileForm): ReadRow | undefined {
  const { record, header, table } = row;
  if (record.problem !== undefined) throw new RowProblem(record.problem);
  const missing = header.length - record.cells.length;
  const isShort = missing > (table.missingCells ?? 0);
  if (isShort || record.cells.slice(header.length).some((cell) => cell.trim() !== '')) {
    throw new RowProblem(`has ${record.cells.length} cells, the header ${header.length}`);
  }
  const fields = new RowFields(row, form);
  const rule = fields.rule();
  if (rule === undefined) return undefined;
  const { line } = record;
  if (rule.is === 'skip' || rule.is === 'information') {
    return { row, rule, kind: rule.is, line, cash: [], fees: [], rounded: [] };
  }
  for (const field of NEEDS[rule.is] ?? []) fields.needed(field);
  return { row, rule, kind: rule.is, line, ...factsOf(fields, rule, form) };
}

function factsOf(fields: RowFields, rule: RowRule, form: FileForm): Omit<ReadRow, 'row' | 'rule' | 'kind' | 'line'> {
  const quantity = fields.number('quantity');
  if (quantity?.units === 0n && (NEEDS[rule.is] ?? []).includes('quantity')) throw new RowProblem('quantity: is 0');
  const price = fields.number('price');
  const side = sideOf(rule, quantity);
  const currency = currencyOf(price, fields.text('currency'), form);
  if (rule.is === 'trade' && currency === undefined) throw new RowProblem('currency: is missing');
  const rounded: string[] = [];
  if (quantity !== undefined && !fitsScale(quantity, QUANTITY_SCALE)) {
    rounded.push(`quantity: ${plainDecimal(quantity)} has more than 8 decimals`);
  }
  const [time, symbol, settlementDate] = [fields.timeIfAny(), symbolOf(fields), fields.day('settlementDate')];
  const texts = { isin: fields.text('isin'), id: fields.text('id'), note: fields.text('note') };
  const [rate, numerator, denominator] = [
    fields.number('rate'),
    fields.number('numerator'),
    fields.number('denominator'),
  ];
  return {
    ...defined({ time, symbol, settlementDate, side, quantity, price, currency, rate, numerator, denominator }),
    ...defined(Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== ''))),
    ...amountFacts(fields, rule, { form, rounded }, { side, quantity, price, currency }),
    rounded,
  };
}

interface TradeFacts {
  readonly side: ReadRow['side'];
  readonly quantity: Decimal | undefined;
  readonly price: Decimal | undefined;
  readonly currency: string | undefined;
}

/** How amounts are read, and what was rounded. */
interface Reading {
  readonly form: FileForm;
  readonly rounded: string[];
}

type AmountFacts = Pick<ReadRow, 'amount' | 'cash' | 'fees' | 'tax' | 'withheld' | 'balance'>;

function amountFacts(fields: RowFields, rule: RowRule, reading: Reading, trade: TradeFacts): AmountFacts {
  const { form } = reading;
  const number = rule.amount === 'none' ? undefined : fields.number('amount');
  const code = currencyOf(number, fields.text('amountCurrency'), form);
  if (number !== undefined && code === undefined) throw new RowProblem('amountCurrency: is missing');
  const amount =
    number === undefined || code === undefined
      ? undefined
      : { ...signed(number, rule, trade.side), scale: number.scale, currency: code };
  const fees = fields.fees().map((fee) => cashOf(fee.amount, fee.currency ?? code, reading, 'fees'));
  if (rule.feesByDifference === true && amount !== undefined) {
    fees.push(...feeByDifference(amount, trade, rule.multiplier));
  }
  const own =
    amount === undefined ? [] : [{ currency: amount.currency, amount: moneyUnits(amount, 'amount', reading) }];
  const counter = fields.number('counterAmount');
  if (counter !== undefined) own.push(cashOf(counter, fields.text('counterCurrency'), reading, 'counterAmount'));
  const onTop = rule.feesOnTop === true ? fees.map((fee) => ({ ...fee, amount: 0 - fee.amount })) : [];
  const balance = fields.number('balance');
  const tax = fields.number('tax');
  const withheld = fields.number('withheld');
  return {
    ...(amount === undefined ? {} : { amount }),
    cash: summed([...own, ...onTop]),
    fees,
    ...(tax === undefined || tax.units === 0n ? {} : { tax: cashOf(magnitude(tax), code, reading, 'tax') }),
    ...(withheld === undefined || withheld.units === 0n
      ? {}
      : { withheld: cashOf(withheld, fields.text('withheldCurrency') || code, reading, 'withheld') }),
    ...(balance === undefined ? {} : { balance: cashOf(balance, fields.text('amountCurrency'), reading, 'balance') }),
  };
}

function signed(number: FileNumber, rule: RowRule, side: ReadRow['side']): Decimal {
  const mode = rule.amount ?? 'signed';
  if (mode === 'in') return magnitude(number);
  if (mode === 'out' || (mode === 'by-side' && side === 'buy')) return negated(magnitude(number));
  if (mode === 'by-side') return magnitude(number);
  const isTrade = rule.is === 'trade' && number.units !== 0n;
  if (isTrade && side !== undefined && number.units > 0n !== (side === 'sell')) {
    const [comes, what] = number.units > 0n ? ['comes in', 'a purchase'] : ['goes out', 'a sale'];
    throw new RowProblem(`amount: ${plainDecimal(number)} ${comes}, but the row is ${what}`);
  }
  return number;
}

function sideOf(rule: RowRule, quantity: Decimal | undefined): ReadRow['side'] {
  if (rule.side === 'by-quantity') {
    return quantity === undefined ? undefined : quantity.units < 0n ? 'sell' : 'buy';
  }
  if (rule.is === 'trade' && rule.side === undefined) throw new RowProblem('the rule of its preset has no side');
  if (rule.is === 'trade' && rule.side === 'buy' && quantity !== undefined && quantity.units < 0n) {
    throw new RowProblem(`quantity: ${plainDecimal(quantity)} is negative, but the row is a purchase`);
  }
  return rule.side;
}

/** What was paid beside the value, which the broker rounds to the decimals of the amount. */
function feeByDifference(
  amount: Decimal & { readonly currency: string },
  { quantity, price, currency }: TradeFacts,
  multiplier = 1,
): Cash[] {
  if (quantity === undefined || price === undefined || currency !== amount.currency) return [];
  const cents = Math.max(2, Math.min(MONEY_SCALE, amount.scale));
  const value =
    unitsOf(magnitude(times(times(quantity, price), { units: BigInt(multiplier), scale: 0 })), cents) *
    10 ** (MONEY_SCALE - cents);
  const paid = unitsOf(magnitude(amount), MONEY_SCALE);
  const fee = amount.units > 0n ? value - paid : paid - value;
  return fee <= 0 ? [] : [{ currency, amount: fee }];
}

function cashOf(number: FileNumber, code: string | undefined, reading: Reading, field: string): Cash {
  const currency = currencyOf(number, code ?? '', reading.form);
  if (currency === undefined) throw new RowProblem(`${field}: has no currency`);
  return { currency, amount: moneyUnits(number, field, reading) };
}

/** An amount in 1e-4. */
function moneyUnits(number: Decimal, field: string, { rounded }: Reading): number {
  if (!fitsScale(number, MONEY_SCALE)) rounded.push(`${field}: ${plainDecimal(number)} has more than 4 decimals`);
  return unitsOf(number, MONEY_SCALE);
}

function currencyOf(number: FileNumber | undefined, code: string, { preset }: FileForm): string | undefined {
  const found = number?.currency ?? (code === '' ? preset.currency : code);
  if (found !== undefined && !/^[A-Za-z][A-Za-z0-9]{1,9}$/.test(found)) {
    throw new RowProblem(`currency: '${found.slice(0, 20)}' is not the code of one`);
  }
  return found;
}

function symbolOf(fields: RowFields): string | undefined {
  const symbol = tidyCell('symbol', fields.text('symbol'));
  if (symbol !== undefined && symbol.length > 64) throw new RowProblem('symbol: is longer than 64 characters');
  return symbol;
}

/** Amounts by currency. */
export function summed(amounts: readonly Cash[]): Cash[] {
  const sums = new Map<string, number>();
  for (const { currency, amount } of amounts) sums.set(currency, added(sums.get(currency) ?? 0, amount));
  return [...sums].map(([currency, amount]) => ({ currency, amount }));
}

/** @throws ERR_OVERFLOW past 2^53 units */
export function added(a: number, b: number): number {
  const sum = a + b;
  if (Number.isSafeInteger(sum)) return sum;
  throw new StockafolioError('ERR_OVERFLOW', 'a sum of the file is past 2^53 units of 1e-4', {
    hint: 'check its amounts',
  });
}

function defined<T extends Record<string, unknown>>(facts: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
