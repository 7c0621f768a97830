import type { SchemaElement } from 'hyparquet';
import { StockafolioError } from '@stockafolio/core';
import { typeName as fieldTypeName, unitsOfDouble } from '@stockafolio/core/ports';
import { annotationOf, typeName, type Annotation } from './annotation.js';
import { BIG_BYTES, type ColumnKind, type ParquetColumn } from './columns.js';
import { parquetPeers } from './peers.js';
import type { Physical } from './physical-values.js';
import { exactJson } from './exact-json.js';
import { dayReader, textOf, timeOf, unscaled, Unfit, wholeOf } from './stored-values.js';

/** What to do with times finer than a millisecond. */
export type FinerTimes = 'refuse' | 'cut';

/** What the values of a column are read as. */
export type ColumnType = Pick<ParquetColumn, 'kind' | 'scale'>;

/** How the stored values of a column become values of a kind. */
export interface Conversion {
  /** Whether the column is stored as this library stores that kind, so that whole pages are decoded at once. */
  readonly isOwn: boolean;
  /** Converts one value. @throws Unfit, ERR_OVERFLOW if the kind cannot hold it exactly */
  convert(stored: Physical): unknown;
}

/**
 * How values of this column are read as that kind: exactly, or not at all.
 *
 * @returns undefined if no value of the column can be one of that kind
 */
export function conversionOf(of: ColumnType, element: SchemaElement, finer: FinerTimes): Conversion | undefined {
  const { kind } = of;
  const { type, repetition_type } = element;
  if (type === undefined || repetition_type === 'REPEATED') return undefined;
  const annotation = annotationOf(element);
  if (annotation.type === 'NULL') return { isOwn: false, convert: () => refuse('a value in a column of nulls') };
  switch (kind) {
    case 'text':
    case 'oneOf':
      return type === 'BYTE_ARRAY' && (annotation.type === 'TEXT' || annotation.type === 'NONE')
        ? { isOwn: true, convert: textOf }
        : undefined;
    case 'binary':
      return type === 'BYTE_ARRAY' || type === 'FIXED_LEN_BYTE_ARRAY'
        ? {
            isOwn: type === 'BYTE_ARRAY',
            convert: (stored) => (stored instanceof Uint8Array ? stored.slice() : stored),
          }
        : undefined;
    case 'int32':
    case 'shard':
      return wholes(element, annotation, 'INT32', int32);
    case 'int64':
      return wholes(element, annotation, 'INT64', safe);
    case 'bigint64':
      return wholes(element, annotation, 'INT64', int64);
    case 'double':
      return doubles(element, annotation);
    case 'decimal':
    case 'bigDecimal':
      return decimals(kind, of.scale ?? 0, element, annotation);
    case 'timestamp':
      return times(element, annotation, finer);
    case 'date':
      return type === 'INT32' && annotation.type === 'DATE' ? { isOwn: true, convert: dayReader() } : undefined;
    case 'boolean':
      return type === 'BOOLEAN' ? { isOwn: true, convert: (stored) => stored } : undefined;
    case 'json': {
      const convert = exactJson(element);
      return convert && { isOwn: false, convert };
    }
  }
}

/** Whole numbers of any width and sign, if they fit. */
function wholes(
  { type }: SchemaElement,
  annotation: Annotation,
  own: 'INT32' | 'INT64',
  fit: (value: bigint) => number | bigint,
): Conversion | undefined {
  if (type !== 'INT32' && type !== 'INT64') return undefined;
  if (annotation.type !== 'NONE' && annotation.type !== 'INTEGER') return undefined;
  const bits = type === 'INT32' ? 32 : 64;
  const isUnsigned = annotation.type === 'INTEGER' && !annotation.isSigned;
  return { isOwn: type === own && !isUnsigned, convert: (stored) => fit(wholeOf(stored, bits, isUnsigned)) };
}

/** A float is a double too, and the same number. */
function doubles({ type }: SchemaElement, annotation: Annotation): Conversion | undefined {
  if (annotation.type === 'FLOAT16')
    return { isOwn: false, convert: (stored) => parquetPeers().parseFloat16(stored as Uint8Array) };
  const isDouble = type === 'DOUBLE';
  return isDouble || type === 'FLOAT' ? { isOwn: isDouble, convert: (stored) => stored } : undefined;
}

/**
 * Decimals of any scale, if they have no more decimals; whole numbers; doubles, if they are the binary form of such a
 * decimal.
 */
function decimals(
  kind: 'decimal' | 'bigDecimal',
  decimals: number,
  element: SchemaElement,
  annotation: Annotation,
): Conversion | undefined {
  const { type, type_length = 0 } = element;
  const fit = kind === 'decimal' ? safeUnits : int128;
  const what = `an amount of more than ${decimals} decimals`;
  if (annotation.type !== 'DECIMAL') {
    const one = 10n ** BigInt(decimals);
    const whole = wholes(element, annotation, 'INT64', (value) => fit(value * one));
    if (whole !== undefined) return { ...whole, isOwn: false };
    if (type !== 'DOUBLE') return undefined;
    return { isOwn: false, convert: (stored) => fit(unitsOf(Number(stored), decimals)) };
  }
  const { scale } = annotation;
  const up = 10n ** BigInt(Math.max(0, decimals - scale));
  const down = 10n ** BigInt(Math.max(0, scale - decimals));
  const isOwnType = kind === 'decimal' ? type === 'INT64' : type === 'FIXED_LEN_BYTE_ARRAY' && type_length <= BIG_BYTES;
  return {
    isOwn: isOwnType && scale === decimals,
    convert(stored) {
      const value = unscaled(stored);
      if (value % down !== 0n) refuse(what);
      return fit((value * up) / down);
    },
  };
}

function unitsOf(value: number, decimals: number): bigint {
  return unitsOfDouble(value, decimals) ?? refuse(`${value}, which is no number of at most ${decimals} decimals`);
}

function times(element: SchemaElement, annotation: Annotation, finer: FinerTimes): Conversion | undefined {
  const isInt96 = element.type === 'INT96';
  if (!isInt96 && !(annotation.type === 'TIMESTAMP' && element.type === 'INT64')) return undefined;
  const per = annotation.type === 'TIMESTAMP' ? annotation.perMillisecond : 1_000_000n;
  return {
    isOwn: !isInt96 && per === 1n,
    convert(stored) {
      const value = timeOf(stored);
      const rest = ((value % per) + per) % per;
      if (rest !== 0n && finer === 'refuse') refuse('a time finer than a millisecond', CUT);
      return safe((value - rest) / per);
    },
  };
}

const CUT = "open the file with { finerTimes: 'cut' } to truncate its times to milliseconds";

function int32(value: bigint): number {
  if (BigInt.asIntN(32, value) !== value) overflow(value, 'is not a 32-bit integer', 'declare the field as int64()');
  return Number(value);
}

function safe(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) overflow(value, 'is past 2^53', "declare the field as int64({ range: 'full' })");
  return number;
}

function safeUnits(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) overflow(value, 'is past 2^53', 'declare the field as bigDecimal()');
  return number;
}

function int64(value: bigint): bigint {
  if (BigInt.asIntN(64, value) !== value) overflow(value, 'is past 2^63');
  return value;
}

function int128(value: bigint): bigint {
  if (BigInt.asIntN(128, value) !== value) overflow(value, 'is past 2^127');
  return value;
}

function overflow(value: bigint, what: string, hint?: string): never {
  throw new StockafolioError('ERR_OVERFLOW', `${value} ${what}`, hint === undefined ? {} : { hint });
}

function refuse(what: string, hint?: string): never {
  throw new Unfit(what, hint);
}

/** The file types that a kind is read from, for error messages. */
const readFrom: Readonly<Record<ColumnKind, string>> = {
  text: 'BYTE_ARRAY texts',
  oneOf: 'BYTE_ARRAY texts',
  binary: 'byte arrays',
  int32: 'whole numbers',
  shard: 'whole numbers',
  int64: 'whole numbers',
  bigint64: 'whole numbers',
  double: 'FLOAT16, FLOAT or DOUBLE',
  decimal: 'DECIMAL, whole numbers or DOUBLE',
  bigDecimal: 'DECIMAL, whole numbers or DOUBLE',
  timestamp: 'TIMESTAMP or INT96',
  date: 'DATE',
  boolean: 'BOOLEAN',
  json: 'flat columns of numbers, texts, days and times',
};

function nameOf(kind: ColumnKind, scale: number | undefined): string {
  return kind === 'binary' || kind === 'json' ? kind : fieldTypeName({ kind, scale });
}

/** The reason why a column cannot be read as that kind. */
export function mismatch({ kind, scale }: ColumnType, element: SchemaElement): string {
  const found = element.repetition_type === 'REPEATED' ? `a list of ${typeName(element)}` : typeName(element);
  return `is ${found}, and ${nameOf(kind, scale)} is read from ${readFrom[kind]}`;
}
