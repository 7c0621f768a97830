import { isUtf8 } from 'node:buffer';
import { dateReader } from '../days.js';
import type { Physical } from './physical-values.js';

/** A value that the requested kind cannot hold exactly. */
export class Unfit extends Error {
  readonly hint: string | undefined;

  constructor(what: string, hint?: string) {
    super(what);
    this.hint = hint;
  }
}

/** Decodes bytes as text. @throws Unfit if they are not UTF-8 */
export function textOf(stored: Physical): string {
  if (!(stored instanceof Uint8Array)) throw new TypeError(`a ${typeof stored} where bytes are stored`);
  if (!isUtf8(stored)) throw new Unfit('a text that is not UTF-8');
  return Buffer.from(stored.buffer, stored.byteOffset, stored.length).toString('utf8');
}

/** Converts a whole number; its top bit is a sign only if the type is signed. */
export function wholeOf(stored: Physical, bits: 32 | 64, isUnsigned: boolean): bigint {
  const value = numberOf(stored);
  return isUnsigned ? BigInt.asUintN(bits, value) : value;
}

/** The unscaled value of a decimal, from a number or from its big-endian bytes. */
export function unscaled(stored: Physical): bigint {
  if (!(stored instanceof Uint8Array)) return numberOf(stored);
  let value = 0n;
  for (const byte of stored) value = (value << 8n) | BigInt(byte);
  return BigInt.asIntN(stored.length * 8, value);
}

/** The Julian day of 1970-01-01. */
const EPOCH_JULIAN_DAY = 2_440_588n;
const NANOSECONDS_OF_DAY = 86_400_000_000_000n;

/**
 * A time since 1970. An INT96, nanoseconds of a Julian day, is returned in nanoseconds; otherwise in its stored unit.
 */
export function timeOf(stored: Physical): bigint {
  if (!(stored instanceof Uint8Array)) return numberOf(stored);
  if (stored.length !== 12) throw new TypeError(`a time of ${stored.length} bytes`);
  const view = new DataView(stored.buffer, stored.byteOffset, stored.byteLength);
  return (BigInt(view.getInt32(8, true)) - EPOCH_JULIAN_DAY) * NANOSECONDS_OF_DAY + view.getBigInt64(0, true);
}

function numberOf(stored: Physical): bigint {
  if (typeof stored === 'bigint' || typeof stored === 'number') return BigInt(stored);
  throw new TypeError(`a ${typeof stored} where a number is stored`);
}

/** The text of days since 1970-01-01. @throws Unfit outside the range of a date */
export function dayReader(): (stored: Physical) => string {
  const dateOf = dateReader();
  return (stored) => {
    try {
      return dateOf(Number(stored));
    } catch (error) {
      throw error instanceof RangeError ? new Unfit(error.message) : error;
    }
  };
}
