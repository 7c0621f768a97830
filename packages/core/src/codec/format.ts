import { StockafolioError } from '../errors/index.js';
import {
  bigDecimal,
  checkedScale,
  decimal,
  MAX_SAFE,
  MONEY_SCALE,
  scaleOf,
  typeName,
  type FieldType,
  type Value,
} from '../schema/index.js';
import type { RowValues } from '../ports/index.js';
import type { Table } from '../table/index.js';
import { isoOf } from '../time/civil.js';
import { decimalText, isJsonNumber, shortDecimalText } from './decimal.js';
import { quoted } from './describe.js';
import { BadValue, decimalUnits, readNumber, readText } from './read-value.js';

/**
 * A value of `decimal(scale)` or `bigDecimal(scale)` as text with exactly `scale` decimals.
 *
 * @example formatDecimal(-123_400, 4) // '-12.3400'
 */
export function formatDecimal(units: number | bigint, scale: number): string {
  return decimalText(units, checkedScale('a value', scale));
}

/** An amount of `money()` or `bigMoney()` as a decimal with exactly four decimals: `-12.3400`. */
export function formatMoney(units: number | bigint): string {
  return decimalText(units, MONEY_SCALE);
}

/**
 * A value of a decimal with `json: 'number'` for `JSON.stringify`: a number, or a text of its digits where a number
 * would print others.
 *
 * @example jsonDecimal(5000_0000, 8) // 0.5
 */
export function jsonDecimal(units: number | bigint, scale: number): number | string {
  const text = shortDecimalText(units, checkedScale('a value', scale));
  const value = Number(text);
  return isJsonNumber(text) && String(value) === text ? value : text;
}

export interface ParseDecimalOptions {
  /** Round the part past the last decimal, a half to the even neighbour, instead of rejecting it. */
  readonly round?: boolean;
}

/**
 * A decimal number as units of 10^-scale, exact from its digits.
 *
 * @throws ERR_ROW_INVALID if it is not a number or, unless rounded, has more than `scale` decimals; ERR_OVERFLOW past
 * 2^53 units
 * @example parseDecimal('12.34', 8) // 12_3400_0000
 */
export function parseDecimal(text: string, scale: number, options: ParseDecimalOptions = {}): number {
  const units = unitsIn(text, decimal(scale), options);
  if (units === 'huge' || !Number.isSafeInteger(Number(units))) pastRange(text, decimal(scale));
  return Number(units);
}

/** As {@link parseDecimal}, for values of `bigDecimal(scale)`. */
export function parseBigDecimal(text: string, scale: number, options: ParseDecimalOptions = {}): bigint {
  const units = unitsIn(text, bigDecimal(scale), options);
  if (units === 'huge' || BigInt.asIntN(128, units) !== units) pastRange(text, bigDecimal(scale));
  return units;
}

/**
 * An amount of money in units of 1e-4, exact from its digits.
 *
 * @throws ERR_ROW_INVALID if it is not a number or, unless rounded, has more than four decimals; ERR_OVERFLOW past 2^53
 * @example parseMoney('12.34') // 12_3400
 */
export function parseMoney(text: string, options: ParseDecimalOptions = {}): number {
  return parseDecimal(text, MONEY_SCALE, options);
}

function unitsIn(text: string, type: FieldType, { round = false }: ParseDecimalOptions): bigint | 'huge' {
  return rowValue(() => decimalUnits(text, { type, round: round ? 'half-even' : undefined }));
}

/**
 * A value from its form on a command line, as {@link formatValue} writes it: times as ISO 8601 or epoch milliseconds,
 * money as a decimal.
 *
 * @throws ERR_ROW_INVALID if it does not fit the type; ERR_OVERFLOW if an amount without bounds is past 2^53
 */
export function parseValue(type: FieldType, text: string): Value {
  if (type.optional && text === '') return undefined;
  return rowValue(() => {
    switch (type.kind) {
      case 'boolean':
        if (text !== 'true' && text !== 'false') throw new BadValue(`${quoted(text)} is neither true nor false`);
        return text === 'true';
      case 'int32':
      case 'shard':
      case 'double':
        if (!/^-?\d/.test(text) || Number.isNaN(Number(text))) throw new BadValue(`${quoted(text)} is not a number`);
        return readNumber(text, { type });
      case 'timestamp':
        return /^-?\d+$/.test(text)
          ? readNumber(text, { type })
          : readText(text, { type, words: undefined, zone: undefined });
      default:
        return checkedRange(type, text, readText(text, { type, words: undefined, zone: undefined }));
    }
  });
}

function rowValue<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof BadValue)) throw error;
    throw new StockafolioError('ERR_ROW_INVALID', error.message);
  }
}

function checkedRange(type: FieldType, text: string, value: Value): Value {
  if (type.kind === 'decimal' && !Number.isSafeInteger(value)) pastRange(text, type);
  return value;
}

function pastRange(text: string, type: FieldType): never {
  const what = type.scale === MONEY_SCALE ? 'more money than an amount' : `past what ${typeName(type)}`;
  throw new StockafolioError('ERR_OVERFLOW', `${quoted(text)} is ${what} can hold`);
}

/** A value as dumps show it, without quotes; an absent one is empty. */
export function formatValue(type: FieldType, value: Value): string {
  if (value === undefined) return '';
  switch (type.kind) {
    case 'decimal':
    case 'bigDecimal': {
      const text = type.json === 'number' ? shortDecimalText : decimalText;
      return text(value as number | bigint, scaleOf(type));
    }
    case 'timestamp':
      return isoOf(value as number);
    default:
      return String(value);
  }
}

/**
 * A row as `tables dump` prints it: one JSON object, columns in snake case and in the table's order. An optional column
 * without a value is left out, as in messages; `null` is a value that a row must have, and has lost.
 */
export function formatRow(table: Table, values: RowValues): string {
  const members = table.columns.flatMap(({ stored, type }, i) => {
    const value = values[i];
    return value === undefined && type.optional ? [] : [`${JSON.stringify(stored)}:${formatCell(type, value)}`];
  });
  return `{${members.join(',')}}`;
}

function formatCell(type: FieldType, value: Value): string {
  if (value === undefined) return 'null';
  switch (type.kind) {
    case 'int32':
    case 'shard':
    case 'double':
    case 'boolean':
      return String(value);
    case 'int64':
    case 'bigint64': {
      const isSafe = Math.abs(Number(value)) <= MAX_SAFE;
      return isSafe ? String(value) : JSON.stringify(String(value));
    }
    case 'decimal':
    case 'bigDecimal': {
      const text = formatValue(type, value);
      return type.json === 'number' && isJsonNumber(text) ? text : `"${text}"`;
    }
    default:
      return JSON.stringify(formatValue(type, value));
  }
}
