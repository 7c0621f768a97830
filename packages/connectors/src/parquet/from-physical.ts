import { StockafolioError } from '@stockafolio/core';
import type { ColumnKind } from './columns.js';
import { dateReader } from '../days.js';
import { decodeBigMoney } from './decode-plain.js';

const dateOf = dateReader();

/** One value as the schema has it, from the form in which Parquet stores it. */
export function fromPhysical(kind: ColumnKind, stored: unknown): unknown {
  switch (kind) {
    case 'text':
    case 'oneOf':
      return stored instanceof Uint8Array ? Buffer.from(stored).toString() : refuse(kind, stored);
    case 'binary':
      return stored instanceof Uint8Array ? stored.slice() : refuse(kind, stored);
    case 'date':
      return typeof stored === 'number' ? dateOf(stored) : refuse(kind, stored);
    case 'int64':
    case 'money':
    case 'timestamp':
      return typeof stored === 'bigint' ? safe(stored) : refuse(kind, stored);
    case 'bigMoney':
      return stored instanceof Uint8Array ? decodeBigMoney(stored, 1, stored.length)[0] : refuse(kind, stored);
    default:
      return stored;
  }
}

function safe(value: bigint): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw new StockafolioError('ERR_OVERFLOW', `${value} is past 2^53`, {
    hint: "declare the field as int64({ range: 'full' })",
  });
}

function refuse(kind: ColumnKind, stored: unknown): never {
  throw new TypeError(`a ${typeof stored} where ${kind} is stored`);
}
