import { StockafolioError } from '../errors/index.js';
import { checkedScale, MONEY_SCALE } from './scale.js';
import { MAX_SAFE, type DecimalForm, type FieldType, type Kind } from './types.js';

export interface NumberBounds {
  readonly min?: number;
  readonly max?: number;
}

export interface DecimalOptions extends NumberBounds, DecimalForm {}

export interface TextBounds {
  /** Shortest length in UTF-16 units; defaults to 0. */
  readonly min?: number;
  /** Longest length in UTF-16 units; defaults to 255. */
  readonly max?: number;
}

function field<T, K extends Kind>(
  kind: K,
  facts: {
    min?: number | undefined;
    max?: number | undefined;
    values?: readonly string[];
    scale?: number;
  } & DecimalForm = {},
): FieldType<T, K, false> {
  const { min, max, values, scale, json } = facts;
  const type = { kind, optional: false as const, min, max, values };
  const scaled = scale === undefined ? type : { ...type, scale };
  return Object.freeze(json === undefined ? scaled : { ...scaled, json });
}

/**
 * Bounds that are values of the type, by default whole numbers.
 *
 * @throws ERR_SCHEMA_INVALID if one is not, or the smallest is above the largest
 */
function within(kind: Kind, bounds: NumberBounds, least: number, most: number, whole = true): Required<NumberBounds> {
  const { min = least, max = most } = bounds;
  for (const bound of [min, max]) {
    if (bound >= least && bound <= most && (!whole || Number.isInteger(bound))) continue;
    throw new StockafolioError('ERR_SCHEMA_INVALID', `${bound} cannot be a bound of ${kind}`, {
      hint: `bounds are ${whole ? 'whole numbers' : 'numbers'} from ${least} to ${most}`,
    });
  }
  if (min > max) throw new StockafolioError('ERR_SCHEMA_INVALID', `no ${kind} can be from ${min} to ${max}`);
  return { min, max };
}

/** Unicode text without U+0000, in well-formed UTF-16; by default at most 255 units long. */
export function text(bounds: TextBounds = {}): FieldType<string, 'text', false> {
  return field('text', within('text', { min: bounds.min ?? 0, max: bounds.max ?? 255 }, 0, MAX_SAFE));
}

/** A whole number from -2^31 to 2^31-1. */
export function int32(bounds: NumberBounds = {}): FieldType<number, 'int32', false> {
  return field('int32', within('int32', bounds, -(2 ** 31), 2 ** 31 - 1));
}

/**
 * A whole number of 64 bits, held as a JavaScript number: a value past 2^53 throws ERR_OVERFLOW and is never rounded.
 * For the whole range, as a bigint, use `int64({ range: 'full' })`.
 */
export function int64(bounds: { readonly range: 'full' }): FieldType<bigint, 'bigint64', false>;
export function int64(bounds?: NumberBounds): FieldType<number, 'int64', false>;
export function int64(
  bounds: NumberBounds | { readonly range: 'full' } = {},
): FieldType<number, 'int64', false> | FieldType<bigint, 'bigint64', false> {
  if ('range' in bounds) return field<bigint, 'bigint64'>('bigint64');
  return field<number, 'int64'>('int64', within('int64', bounds, -MAX_SAFE, MAX_SAFE));
}

/** An IEEE 754 double, finite. Not for money. */
export function double(bounds: NumberBounds = {}): FieldType<number, 'double', false> {
  within('double', bounds, -Number.MAX_VALUE, Number.MAX_VALUE, false);
  return field('double', bounds);
}

/**
 * A decimal number with `scale` decimals, 0 to 18, as a whole number of 10^-scale: `decimal(8)` holds 0.5 as 5000_0000.
 * It is exact up to 2^53 such units; past that it throws ERR_OVERFLOW. Bounds are in these units.
 *
 * @throws ERR_SCHEMA_INVALID
 * @example
 * const Order = record('order', { quantity: decimal(8, { min: 1, json: 'number' }), price: decimal(2) });
 */
export function decimal(scale: number, options: DecimalOptions = {}): FieldType<number, 'decimal', false> {
  const checked = checkedScale('decimal()', scale);
  const bounds = within('decimal', options, -MAX_SAFE, MAX_SAFE);
  return field('decimal', { ...bounds, scale: checked, json: checkedJson('decimal()', options) });
}

/**
 * The same as a bigint number of 10^-scale, from -2^127 to 2^127-1: for sums over many.
 *
 * @throws ERR_SCHEMA_INVALID
 */
export function bigDecimal(scale: number, form: DecimalForm = {}): FieldType<bigint, 'bigDecimal', false> {
  const checked = checkedScale('bigDecimal()', scale);
  return field('bigDecimal', { scale: checked, json: checkedJson('bigDecimal()', form) });
}

function checkedJson(owner: string, { json }: { readonly json?: unknown }): 'number' | undefined {
  if (json === undefined || json === 'number') return json;
  throw new StockafolioError('ERR_SCHEMA_INVALID', `json of ${owner} is ${String(json)}, and can only be 'number'`);
}

/**
 * An amount of money, in the currency that the record is in: `decimal(4)`, a whole number of 1e-4. It is exact up to
 * 2^53 units (about 900 billion); past that it throws ERR_OVERFLOW. Bounds are in 1e-4.
 */
export function money(bounds: NumberBounds = {}): FieldType<number, 'decimal', false> {
  return decimal(MONEY_SCALE, bounds);
}

/** An amount of money as a bigint number of 1e-4, from -2^127 to 2^127-1, for sums over many users: `bigDecimal(4)`. */
export function bigMoney(): FieldType<bigint, 'bigDecimal', false> {
  return bigDecimal(MONEY_SCALE);
}

/** A point in time, in milliseconds since 1970-01-01T00:00:00Z. Bounds are in milliseconds. */
export function timestamp(bounds: NumberBounds = {}): FieldType<number, 'timestamp', false> {
  return field('timestamp', within('timestamp', bounds, -8.64e15, 8.64e15));
}

/** A calendar day as `YYYY-MM-DD`, years 0001 to 9999. */
export function date(): FieldType<string, 'date', false> {
  return field('date');
}

/** True or false. */
export function boolean(): FieldType<boolean, 'boolean', false> {
  return field('boolean');
}

/** One of the given words; stored as text. */
export function oneOf<const V extends readonly [string, ...string[]]>(
  ...values: V
): FieldType<V[number], 'oneOf', false> {
  if (new Set(values).size !== values.length) {
    throw new StockafolioError('ERR_SCHEMA_INVALID', `oneOf(${values.join(', ')}) lists a value twice`);
  }
  return field('oneOf', { values });
}

/** The number of the source partition that a partial row comes from; filled in by the sharded operators. */
export function shard(): FieldType<number, 'shard', false> {
  return field('shard', { min: 0, max: 2 ** 31 - 1 });
}

/** The same field, which may be absent. */
export function optional<T, K extends Kind>(type: FieldType<T, K, false>): FieldType<T, K, true> {
  return Object.freeze({ ...type, optional: true as const });
}
