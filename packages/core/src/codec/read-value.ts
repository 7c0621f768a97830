import { isDay, MAX_SAFE, MONEY_SCALE, scaleOf, type FieldType, type Value } from '../schema/index.js';
import { latin1Of } from './bytes.js';
import { decimalText, meantUnitsOf, roundedUnitsOf, unitsOf } from './decimal.js';
import { quoted, shown } from './describe.js';
import { momentOf } from './moment.js';
import { stringOf, type Token } from './scan-json.js';
import type { TimeZone } from '../time/time-zone.js';

/**
 * What is wrong with a value, in words that follow the field's name. Not an Error: a stack costs more than the message.
 */
export class BadValue {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/** How the values of one field look in messages. */
export interface ValueForm {
  readonly type: FieldType;
  /** The foreign words of `oneOf` and their values; undefined if they are the field's own. */
  readonly words: ReadonlyMap<string, string> | undefined;
  /** The zone of times without an offset. */
  readonly zone: TimeZone | undefined;
  /** How a decimal number with more decimals than its field has is taken: rejected if absent. */
  readonly round?: 'half-even' | undefined;
}

/**
 * The value of a field from a scanned token: complete, exact and slow; the fast path passes anything unusual to it.
 *
 * @throws BadValue
 */
export function readToken(bytes: Uint8Array, token: Token, form: ValueForm): Value {
  switch (token.kind) {
    case 'string':
      return readText(stringOf(bytes, token.start, token.end), form);
    case 'number':
      return readNumber(latin1Of(bytes, token.start, token.end), form);
    case 'true':
    case 'false':
      if (form.type.kind === 'boolean') return token.kind === 'true';
      return mismatch(token.kind, form.type);
    case 'null':
      if (form.type.optional) return undefined;
      return mismatch('null', form.type);
    case 'object':
      return mismatch('an object', form.type);
    case 'list':
      return mismatch('a list', form.type);
  }
}

const nouns: Record<FieldType['kind'], string> = {
  text: 'text',
  oneOf: 'text',
  int32: 'a whole number',
  int64: 'a whole number',
  bigint64: 'a whole number',
  shard: 'a whole number',
  double: 'a number',
  decimal: 'a decimal number',
  bigDecimal: 'a decimal number',
  timestamp: 'a time',
  date: 'a date in quotes',
  boolean: 'true or false',
};

function nounOf(type: FieldType): string {
  return type.scale === MONEY_SCALE ? 'an amount of money' : nouns[type.kind];
}

function mismatch(what: string, type: FieldType): never {
  throw new BadValue(`${what} is not ${nounOf(type)}`);
}

/** The value of a field from text: a JSON string, a command line argument, a cell of a CSV file. @throws BadValue */
export function readText(text: string, form: ValueForm): Value {
  const { type } = form;
  switch (type.kind) {
    case 'text':
      return checkedText(text, type);
    case 'oneOf':
      return word(text, form);
    case 'date':
      if (!isDay(text)) throw new BadValue(`${quoted(text)} is not a date, such as 2017-01-20`);
      return text;
    case 'timestamp': {
      const moment = momentOf(text, form.zone);
      if (typeof moment === 'string') throw new BadValue(`${quoted(text)} ${moment}`);
      return within(moment, quoted(text), type);
    }
    case 'decimal':
    case 'bigDecimal':
      return decimal(text, form);
    case 'int64':
    case 'bigint64':
      return whole(text, type);
    default:
      return mismatch(quoted(text), type);
  }
}

/** The value of a field from the text of a JSON number. @throws BadValue */
export function readNumber(text: string, form: Pick<ValueForm, 'type' | 'round'>): Value {
  const { type } = form;
  switch (type.kind) {
    case 'int32':
    case 'shard':
    case 'int64':
    case 'bigint64':
    case 'timestamp':
      return whole(text, type);
    case 'decimal':
    case 'bigDecimal':
      return decimal(text, form);
    case 'double': {
      const value = Number(text);
      if (!Number.isFinite(value)) throw new BadValue(`${shown(text)} is larger than a double can be`);
      within(value, shown(text), type);
      return value;
    }
    default:
      return mismatch(shown(text), type);
  }
}

function checkedText(text: string, type: FieldType): string {
  if (text.includes('\0')) throw new BadValue(`${quoted(text.replaceAll('\0', '␀'))} contains the character U+0000`);
  if (!text.isWellFormed()) throw new BadValue('contains half of a surrogate pair');
  const { min = 0, max = Infinity } = type;
  if (text.length < min) throw new BadValue(text === '' ? 'is empty' : `${quoted(text)} is shorter than ${min}`);
  if (text.length > max) throw new BadValue(`${quoted(text)} has ${text.length} characters, more than ${max}`);
  return text;
}

function word(text: string, { type, words }: ValueForm): string {
  const values = type.values ?? [];
  const known = words === undefined ? (values.includes(text) ? text : undefined) : words.get(text);
  if (known !== undefined) return known;
  throw new BadValue(`${quoted(text)} is none of ${(words === undefined ? values : [...words.keys()]).join(', ')}`);
}

function whole(text: string, type: FieldType): number | bigint {
  const exact = unitsOf(text, 0);
  if (exact === 'syntax') return mismatch(quoted(text), type);
  const value = exact === 'fraction' ? meantWhole(text) : exact;
  if (value === undefined) throw new BadValue(`${shown(text)} is not a whole number`);
  if (type.kind === 'bigint64') {
    if (value === 'huge' || value < -(2n ** 63n) || value > 2n ** 63n - 1n) {
      throw new BadValue(`${shown(text)} does not fit into 64 bits`);
    }
    return value;
  }
  return safe(value, text, type);
}

function decimal(text: string, form: Pick<ValueForm, 'type' | 'round'>): number | bigint {
  const { type } = form;
  const units = decimalUnits(text, form);
  if (type.kind === 'decimal') return safe(units, text, type);
  if (units === 'huge' || units < -(2n ** 127n) || units >= 2n ** 127n) {
    throw new BadValue(
      `${shown(text)} is ${scaleOf(type) === MONEY_SCALE ? 'more money than' : 'past what'} can be held`,
    );
  }
  return units;
}

/** The units of a decimal number, whatever their range. @throws BadValue */
export function decimalUnits(text: string, { type, round }: Pick<ValueForm, 'type' | 'round'>): bigint | 'huge' {
  const scale = scaleOf(type);
  const exact = unitsOf(text, scale);
  if (exact === 'syntax') return mismatch(quoted(text), type);
  return exact === 'fraction' ? inexact(text, scale, round) : exact;
}

/** Of whole numbers only the output of binary arithmetic has noise: 29.999999999999996 is whole, 1.000000001 is not. */
function meantWhole(text: string): bigint | undefined {
  return text.replaceAll(/\D/g, '').length < 15 ? undefined : meantUnitsOf(text, 0);
}

/** A number with more decimals than its field: the intended one, or rounded if the codec says so. */
function inexact(text: string, scale: number, round: 'half-even' | undefined): bigint | 'huge' {
  const units = round === 'half-even' ? roundedUnitsOf(text, scale) : meantUnitsOf(text, scale);
  if (units !== undefined && units !== 'syntax') return units;
  const most = scale === 0 ? 'decimals' : `more than ${scale} decimal${scale === 1 ? '' : 's'}`;
  throw new BadValue(
    `${shown(text)} has ${most} (round it first; a codec rounds with decimals: { round: 'half-even' }, import with --round-prices)`,
  );
}

function safe(value: bigint | 'huge', text: string, type: FieldType): number {
  if (value === 'huge') {
    const negative = text.startsWith('-');
    return tooFar(shown(text), negative ? (type.min ?? -MAX_SAFE) : (type.max ?? MAX_SAFE), negative, type);
  }
  const number = Number(value);
  // A bigint past 2^53 rounds to a number that is past every bound as well.
  return within(number, shown(text), type);
}

function within(value: number, text: string, type: FieldType): number {
  if (type.min !== undefined && value < type.min) return tooFar(text, type.min, true, type);
  if (type.max !== undefined && value > type.max) return tooFar(text, type.max, false, type);
  return value === 0 ? 0 : value;
}

function tooFar(text: string, bound: number, below: boolean, type: FieldType): never {
  const limit = type.kind === 'decimal' && bound % 1 === 0 ? plain(bound, scaleOf(type)) : String(bound);
  throw new BadValue(`${text} is ${below ? 'below the smallest' : 'above the largest'}, ${limit}`);
}

/** A value with its decimals, or without any if all are zeros. */
function plain(units: number, scale: number): string {
  return decimalText(units, scale).replace(/\.0+$/, '');
}
