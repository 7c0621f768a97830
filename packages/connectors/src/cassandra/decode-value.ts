import { isStockafolioError, StockafolioError, type Column, type Value } from '@stockafolio/core';
import { scaleOf, typeName } from '@stockafolio/core/ports';
import { EMPTY_KEY } from './encode-value.js';

type Decoder = (stored: unknown) => Value;

/** The decoder of a column, from the values that the driver returns. */
export function decoderOf(column: Column, aloneInPartitionKey: boolean): Decoder {
  const decode = byKind(column);
  if (aloneInPartitionKey) return (stored) => (stored === EMPTY_KEY ? '' : decode(stored));
  return (stored) => {
    if (stored !== null && stored !== undefined) return decode(stored);
    if (column.type.optional) return undefined;
    throw broken(column, 'null');
  };
}

/** A decoder of a value column that returns nothing for an invalid value. */
export function lenient(decode: Decoder): Decoder {
  return (stored) => {
    try {
      return decode(stored);
    } catch (error) {
      if (isStockafolioError(error, 'ERR_ROW_INVALID')) return undefined;
      throw error;
    }
  };
}

function byKind(column: Column): (stored: unknown) => Value {
  switch (column.type.kind) {
    case 'bigint64':
      return (stored) => BigInt(String(stored));
    case 'int64':
      return (stored) => {
        const value = Number(stored);
        if (!Number.isSafeInteger(value)) throw broken(column, String(stored));
        return value;
      };
    case 'timestamp':
      return (stored) => (stored as Date).getTime();
    case 'date':
      return (stored) => dayOf(stored as { year: number; month: number; day: number });
    case 'decimal':
      return (stored) => {
        const value = Number(unscaled(column, String(stored)));
        if (!Number.isSafeInteger(value)) throw broken(column, String(stored));
        return value;
      };
    case 'bigDecimal':
      return (stored) => unscaled(column, String(stored));
    default:
      return (stored) => stored as Value;
  }
}

function dayOf({ year, month, day }: { year: number; month: number; day: number }): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
}

/** The value in units of its column: a decimal that was written by hand may have any scale. */
function unscaled(column: Column, decimal: string): bigint {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(decimal);
  if (match === null) throw broken(column, decimal);
  const [, sign = '', whole = '', fraction = ''] = match;
  const digits = scaleOf(column.type);
  if (/[1-9]/.test(fraction.slice(digits))) throw broken(column, decimal);
  const value = BigInt(whole + fraction.slice(0, digits).padEnd(digits, '0'));
  return sign === '-' ? -value : value;
}

function broken(column: Column, stored: string): StockafolioError {
  return new StockafolioError(
    'ERR_ROW_INVALID',
    `column '${column.stored}' holds ${stored}, which is not a valid ${typeName(column.type)}`,
    {
      hint: 'the row was written by another program: stockafolio reconcile --repair restores it from the archive',
    },
  );
}
