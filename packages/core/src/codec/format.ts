import { StockafolioError } from '../errors/index.js';
import { MAX_SAFE, type FieldType, type Value } from '../schema/index.js';
import type { RowValues } from '../ports/index.js';
import type { Table } from '../table/index.js';
import { isoOf } from '../time/civil.js';
import { fourDecimals, roundedUnitsOf } from './decimal.js';
import { quoted } from './describe.js';
import { BadValue, readNumber, readText } from './read-value.js';

/** An amount in units of 1e-4 USD as a decimal with exactly four decimals: `-12.3400`. */
export function formatMoney(units: number | bigint): string {
  return fourDecimals(units);
}

export interface ParseMoneyOptions {
  /** Round the part past the fourth decimal, a half to the even neighbour, instead of rejecting it. */
  readonly round?: boolean;
}

/**
 * A decimal number of dollars in units of 1e-4 USD, exact from its digits.
 *
 * @throws ERR_ROW_INVALID if it is not a number or, unless rounded, has more than four decimals; ERR_OVERFLOW past 2^53
 * @example parseMoney('12.34') // 12_3400
 */
export function parseMoney(text: string, options: ParseMoneyOptions = {}): number {
  const units = options.round === true ? roundedUnitsOf(text, 4) : undefined;
  if (units === undefined || units === 'syntax') return parseValue(amount, text) as number;
  if (units === 'huge' || units > BigInt(MAX_SAFE) || units < -BigInt(MAX_SAFE)) {
    throw new StockafolioError('ERR_OVERFLOW', `${quoted(text)} is more money than an amount can hold`);
  }
  return Number(units);
}

const amount: FieldType = { kind: 'money', optional: false, min: undefined, max: undefined, values: undefined };

/**
 * A value from its form on a command line, as {@link formatValue} writes it: times as ISO 8601 or epoch milliseconds,
 * money as a decimal.
 *
 * @throws ERR_ROW_INVALID if it does not fit the type; ERR_OVERFLOW if an amount without bounds is past 2^53
 */
export function parseValue(type: FieldType, text: string): Value {
  if (type.optional && text === '') return undefined;
  try {
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
  } catch (error) {
    if (!(error instanceof BadValue)) throw error;
    throw new StockafolioError('ERR_ROW_INVALID', error.message);
  }
}

function checkedRange(type: FieldType, text: string, value: Value): Value {
  if (type.kind === 'money' && !Number.isSafeInteger(value)) {
    throw new StockafolioError('ERR_OVERFLOW', `${quoted(text)} is more money than an amount can hold`);
  }
  return value;
}

/** A value as dumps show it, without quotes; an absent one is empty. */
export function formatValue(type: FieldType, value: Value): string {
  if (value === undefined) return '';
  switch (type.kind) {
    case 'money':
    case 'bigMoney':
      return fourDecimals(value as number | bigint);
    case 'timestamp':
      return isoOf(value as number);
    default:
      return String(value);
  }
}

/** A row as `tables dump` prints it: one JSON object, columns in snake case and in the table's order. */
export function formatRow(table: Table, values: RowValues): string {
  const members = table.columns.map(
    (column, i) => `${JSON.stringify(column.stored)}:${formatCell(column.type, values[i])}`,
  );
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
    default:
      return JSON.stringify(formatValue(type, value));
  }
}
