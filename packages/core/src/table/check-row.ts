import { StockafolioError } from '../errors/index.js';
import type { FieldType, Value } from '../schema/index.js';
import { isDay, misfit, misfitScope, type MisfitScope } from './misfit.js';
import type { Table } from './table.js';

/** Returns what is wrong with a value, or undefined if nothing is. */
export type ValueCheck = (value: Value) => string | undefined;
type Fits = (values: readonly Value[]) => boolean;

interface Checks {
  readonly ofValues: readonly ValueCheck[];
  /** Whether a whole row, or a primary key, is valid: generated code, because stores check every row. */
  readonly rowFits: Fits;
  readonly keyFits: Fits;
}

const compiled = new WeakMap<Table, Checks>();

/**
 * Checks a row, a primary key or a leading part of one against the columns of its table.
 *
 * @param length the required number of values, counted from the first column
 * @throws ERR_ROW_INVALID naming the table, the column and the value
 */
export function checkRow(table: Table, values: readonly Value[], length: number = table.columns.length): void {
  const { ofValues, rowFits, keyFits } = compiled.get(table) ?? compile(table);
  if (values.length === length) {
    if (length === table.columns.length && rowFits(values)) return;
    if (length === table.keyLength && keyFits(values)) return;
  } else {
    const wanted = table.columns.slice(0, length).map((column) => column.name);
    throw new StockafolioError(
      'ERR_ROW_INVALID',
      `table '${table.name}': ${values.length} values were given for ${wanted.join(', ')}`,
    );
  }
  for (let i = 0; i < length; i += 1) {
    const problem = ofValues[i]?.(values[i]);
    if (problem !== undefined) {
      throw new StockafolioError(
        'ERR_ROW_INVALID',
        `table '${table.name}', column '${table.columns[i]?.name}': ${shownValue(values[i])} ${problem}`,
      );
    }
  }
}

/** @throws ERR_ROW_INVALID if a version is not a whole number of microseconds from 0 to 2^53 */
export function checkVersion(table: Table, version: number): void {
  if (Number.isSafeInteger(version) && version >= 0) return;
  throw new StockafolioError('ERR_ROW_INVALID', `table '${table.name}': ${version} cannot be the version of a row`);
}

function compile(table: Table): Checks {
  const ofValues = table.columns.map(({ type }) => valueCheck(type));
  const checks = { ofValues, rowFits: fits(table, table.columns.length), keyFits: fits(table, table.keyLength) };
  compiled.set(table, checks);
  return checks;
}

function fits({ columns }: Table, length: number): Fits {
  const wrong = columns.slice(0, length).map(({ type }, n) => {
    const bad = misfit(type, `v${n}`, `words[${n}]`, 'scope');
    return `const v${n} = values[${n}]; if (${type.optional ? `v${n} !== undefined && (${bad})` : bad}) return false;`;
  });
  // compiled from a validated schema
  const make = new Function(
    'words',
    'scope',
    `'use strict'; return (values) => { ${wrong.join('\n')} return true; };`,
  ) as (words: readonly ReadonlySet<string>[], scope: MisfitScope) => Fits;
  return make(
    columns.map(({ type }) => new Set(type.values)),
    misfitScope,
  );
}

/** Returns the check for values of a type. */
export function valueCheck(type: FieldType): ValueCheck {
  const check = checkOf(type);
  if (!type.optional) return check;
  return (value) => (value === undefined ? undefined : check(value));
}

function checkOf(type: FieldType): ValueCheck {
  switch (type.kind) {
    case 'text':
      return textCheck(type);
    case 'oneOf': {
      const words = new Set<Value>(type.values);
      return (value) => (words.has(value) ? undefined : `is none of ${(type.values ?? []).join(', ')}`);
    }
    case 'boolean':
      return (value) => (typeof value === 'boolean' ? undefined : 'is not true or false');
    case 'date':
      return (value) => (typeof value === 'string' && isDay(value) ? undefined : 'is not a day as YYYY-MM-DD');
    case 'bigint64':
      return bigintCheck(64);
    case 'bigMoney':
      return bigintCheck(128);
    case 'double':
      return numberCheck(type, Number.isFinite, 'is not a finite number');
    case 'int32':
    case 'int64':
    case 'money':
    case 'timestamp':
    case 'shard':
      return numberCheck(type, Number.isSafeInteger, 'is not a whole number within 2^53');
  }
}

function numberCheck(type: FieldType, fits: (value: unknown) => boolean, problem: string): ValueCheck {
  const min = type.min ?? -Infinity;
  const max = type.max ?? Infinity;
  return (value) => {
    if (typeof value !== 'number' || !fits(value)) return problem;
    return value < min || value > max ? `is not within ${min} and ${max}` : undefined;
  };
}

function bigintCheck(bits: number): ValueCheck {
  const max = 2n ** BigInt(bits - 1) - 1n;
  const min = -max - 1n;
  return (value) => {
    if (typeof value !== 'bigint') return 'is not a bigint';
    return value < min || value > max ? `does not fit into ${bits} bits` : undefined;
  };
}

function textCheck({ min = 0, max = Infinity }: FieldType): ValueCheck {
  return (value) => {
    if (typeof value !== 'string') return 'is not text';
    if (value.length < min || value.length > max) return `has ${value.length} characters, not ${min} to ${max}`;
    if (!misfitScope.isUnfit(value)) return undefined;
    return value.includes('\0') ? 'holds the character U+0000' : 'holds half a character (a lone surrogate)';
  };
}

/** A value for an error message: texts in quotes, long ones truncated. */
export function shownValue(value: unknown): string {
  if (typeof value !== 'string') return String(value);
  const text = JSON.stringify(value);
  return text.length <= 80 ? text : `${text.slice(0, 77)}..."`;
}
