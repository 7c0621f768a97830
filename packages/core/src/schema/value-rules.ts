import { instantiate, type Make } from '../compile/compile.js';
import { daysOfDate } from '../time/civil.js';
import type { FieldType, Kind } from './types.js';

/** Whether a value is one of a field's. */
export type Fits = (value: unknown) => boolean;

/** What the tests below use; they name nothing outside of themselves, so that each owner gets code of its own. */
interface Parts {
  readonly min: number;
  readonly max: number;
  readonly words: ReadonlySet<unknown>;
  /** Bits of a bigint. */
  readonly bits: number;
  readonly isText: (text: string) => boolean;
  readonly isDay: (text: string) => boolean;
}

/** The values of a kind of field, and what is wrong with any other value, in words that follow it. */
interface Rule {
  readonly fits: Make<Parts, Fits>;
  readonly problem: (value: unknown, type: FieldType) => string;
}

function textFits({ min, max, isText }: Parts): Fits {
  return (v) => typeof v === 'string' && v.length >= min && v.length <= max && isText(v);
}

function dayFits({ isDay }: Parts): Fits {
  return (v) => typeof v === 'string' && isDay(v);
}

function wordFits({ words }: Parts): Fits {
  return (v) => words.has(v);
}

function booleanFits(): Fits {
  return (v) => typeof v === 'boolean';
}

function wholeFits({ min, max }: Parts): Fits {
  return (v) => Number.isSafeInteger(v) && (v as number) >= min && (v as number) <= max;
}

function doubleFits({ min, max }: Parts): Fits {
  return (v) => Number.isFinite(v) && (v as number) >= min && (v as number) <= max;
}

function bigintFits({ bits }: Parts): Fits {
  return (v) => typeof v === 'bigint' && BigInt.asIntN(bits, v) === v;
}

function orAbsent({ fits }: { readonly fits: Fits }): Fits {
  return (v) => v === undefined || fits(v);
}

const bigint: Rule = {
  fits: bigintFits,
  problem: (value, { kind }) =>
    typeof value === 'bigint' ? `does not fit into ${bitsOf(kind)} bits` : 'is not a bigint',
};

const whole: Rule = {
  fits: wholeFits,
  problem: (value, { min, max }) =>
    Number.isSafeInteger(value) ? outside(min, max) : 'is not a whole number within 2^53',
};

/**
 * The values of each kind of field. The JSON codec reads and writes no others, tables and files store no others, and
 * states hold no others.
 */
const rules: Readonly<Record<Kind, Rule>> = {
  text: {
    fits: textFits,
    problem: (value, { min = 0, max = Infinity }) => {
      if (typeof value !== 'string') return 'is not text';
      if (value.length < min || value.length > max) return `has ${value.length} characters, not ${min} to ${max}`;
      return value.includes('\0') ? 'holds the character U+0000' : 'holds half a character (a lone surrogate)';
    },
  },
  date: { fits: dayFits, problem: () => 'is not a day as YYYY-MM-DD' },
  oneOf: { fits: wordFits, problem: (_, { values = [] }) => `is none of ${values.join(', ')}` },
  boolean: { fits: booleanFits, problem: () => 'is not true or false' },
  double: {
    fits: doubleFits,
    problem: (value, { min, max }) => (Number.isFinite(value) ? outside(min, max) : 'is not a finite number'),
  },
  int32: whole,
  int64: whole,
  shard: whole,
  decimal: whole,
  timestamp: whole,
  bigint64: bigint,
  bigDecimal: bigint,
};

function outside(min = -Infinity, max = Infinity): string {
  return `is not within ${min} and ${max}`;
}

function bitsOf(kind: Kind): number {
  return kind === 'bigDecimal' ? 128 : 64;
}

/**
 * A test of the values of a type. `undefined` is one of them if the type is optional.
 *
 * @param owner code of the test is told apart by this name: see `instantiate`
 */
export function valueFits(owner: string, type: FieldType): Fits {
  const fits = presentValueFits(owner, type);
  return type.optional ? instantiate(owner, orAbsent, { fits }) : fits;
}

/** The same for values that are not `undefined`. */
export function presentValueFits(owner: string, { kind, min, max, values }: FieldType): Fits {
  return instantiate(owner, rules[kind].fits, {
    min: min ?? -Infinity,
    max: max ?? Infinity,
    words: new Set<unknown>(values),
    bits: bitsOf(kind),
    isText,
    isDay,
  });
}

/** What is wrong with a value that is not one of the type's, in words that follow it. */
export function valueProblem(type: FieldType, value: unknown): string {
  return rules[type.kind].problem(value, type);
}

/** Whether every store and format can hold a text: it has no U+0000 and no lone surrogate. */
export function isText(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

/** Whether a text is a day of the calendar, `YYYY-MM-DD`, years 0001 to 9999. */
export function isDay(text: string): boolean {
  return !Number.isNaN(daysOfDate(text));
}
