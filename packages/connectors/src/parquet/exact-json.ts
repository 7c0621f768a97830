import type { SchemaElement } from 'hyparquet';
import { annotationOf } from './annotation.js';
import { parquetPeers } from './peers.js';
import type { Physical } from './physical-values.js';
import { dayReader, textOf, timeOf, unscaled, Unfit, wholeOf } from './stored-values.js';

/**
 * Makes the JSON text of each value of a column, with all its digits. A decimal becomes a number with all its digits, a
 * time becomes a text with all its digits; an instant ends with `Z`.
 *
 * @returns undefined if the column holds nothing of the kind
 */
export function exactJson(element: SchemaElement): ((stored: Physical) => string) | undefined {
  const { type } = element;
  const annotation = annotationOf(element);
  switch (annotation.type) {
    case 'TEXT':
      return (stored) => JSON.stringify(textOf(stored));
    case 'DATE': {
      const dateOf = dayReader();
      return (stored) => JSON.stringify(dateOf(stored));
    }
    case 'DECIMAL':
      return (stored) => decimal(unscaled(stored), annotation.scale);
    case 'TIMESTAMP':
      return (stored) => time(timeOf(stored), annotation.perMillisecond, annotation.isInstant);
    case 'INTEGER':
      return (stored) => String(wholeOf(stored, type === 'INT32' ? 32 : 64, !annotation.isSigned));
    case 'FLOAT16':
      return (stored) => finite(parquetPeers().parseFloat16(stored as Uint8Array) ?? NaN);
    case 'NONE':
      break;
    default:
      return undefined;
  }
  switch (type) {
    case 'BYTE_ARRAY':
      return (stored) => JSON.stringify(textOf(stored));
    case 'INT32':
    case 'INT64':
    case 'BOOLEAN':
      return String;
    case 'INT96':
      return (stored) => time(timeOf(stored), 1_000_000n, true);
    case 'DOUBLE':
      return (stored) => finite(Number(stored));
    case 'FLOAT':
      return (stored) => finite(shortest(Number(stored)));
    default:
      return undefined;
  }
}

/** JSON has no NaN or infinity. They become text, which a reader of a number rejects. */
function finite(value: number): string {
  return Number.isFinite(value) ? String(value) : JSON.stringify(String(value));
}

/** The number with the fewest digits that is this float: 0.1, not 0.10000000149011612. */
function shortest(float: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const number = Number(float.toPrecision(digits));
    if (Math.fround(number) === float) return number;
  }
  return float;
}

function decimal(value: bigint, scale: number): string {
  const sign = value < 0n ? '-' : '';
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0');
  if (scale === 0) return sign + digits;
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

function time(value: bigint, perMillisecond: bigint, isInstant: boolean): string {
  const rest = ((value % perMillisecond) + perMillisecond) % perMillisecond;
  const date = new Date(Number((value - rest) / perMillisecond));
  if (Number.isNaN(date.getTime())) throw new Unfit(`a time at ${value}`);
  const finer = rest === 0n ? '' : String(rest).padStart(String(perMillisecond).length - 1, '0');
  return JSON.stringify(date.toISOString().replace('Z', `${finer}${isInstant ? 'Z' : ''}`));
}
