import { StockafolioError, type Kind, type Table, type Value } from '@stockafolio/core';
import { dayOfNumber, numberOfDay } from './day-number.js';

/** The longest key in bytes. */
export const LONGEST_WHOLE_KEY = 1 << 20;

/**
 * Turns keys into bytes that sort in the order of the keys, and back.
 *
 *   text, oneOf            UTF-8, then 0: no text holds U+0000, so a text comes before every longer one
 *   int32, shard           4 bytes, big-endian, with the sign bit turned round
 *   int64, decimal,        8 bytes, likewise
 *   timestamp, bigint64
 *   date                   4 bytes: year, month and day
 *   boolean                1 byte
 *
 * A descending column has all its bits inverted. Every key begins with the number of its table.
 */
export class KeyEncoding {
  readonly #table: Table;
  readonly #prefix: Buffer;
  readonly #bytes = Buffer.allocUnsafeSlow(LONGEST_WHOLE_KEY);

  constructor(table: Table, prefix: Buffer) {
    this.#table = table;
    this.#prefix = prefix;
    prefix.copy(this.#bytes);
  }

  /** The bytes of a key or of its leading part; valid until the next call. */
  encode(values: readonly Value[], length: number): Buffer {
    const bytes = this.#bytes;
    let at = this.#prefix.length;
    for (let i = 0; i < length; i += 1) {
      const column = this.#table.columns[i];
      if (column === undefined) continue;
      const start = at;
      at = this.#put(column.type.kind, values[i], at);
      if (column.descending) for (let j = start; j < at; j += 1) bytes[j] = ~(bytes[j] ?? 0);
    }
    if (at > LONGEST_WHOLE_KEY) {
      throw new StockafolioError(
        'ERR_ROW_INVALID',
        `table '${this.#table.name}': a key takes ${at} bytes, but the embedded tables accept at most ${LONGEST_WHOLE_KEY}`,
        { hint: 'use shorter key columns' },
      );
    }
    return bytes.subarray(0, at);
  }

  /** The values of a whole key, with room for the other columns. */
  decode(key: Uint8Array): Value[] {
    const values: Value[] = [];
    const bytes = Buffer.from(key.buffer, key.byteOffset, key.byteLength);
    let at = this.#prefix.length;
    for (let i = 0; i < this.#table.keyLength; i += 1) {
      const column = this.#table.columns[i];
      if (column === undefined) continue;
      const end = endOf(column.type.kind, bytes, at, column.descending);
      if (column.descending) for (let j = at; j < end; j += 1) bytes[j] = ~(bytes[j] ?? 0);
      values.push(valueAt(column.type.kind, bytes, at, end));
      at = end;
    }
    return values;
  }

  #put(kind: Kind, value: Value, at: number): number {
    const bytes = this.#bytes;
    if (typeof value === 'string' && kind !== 'date') {
      const room = bytes.length - at - 1;
      if (3 * value.length > room) return LONGEST_WHOLE_KEY + 3 * value.length;
      const end = at + bytes.write(value, at, 'utf8');
      bytes[end] = 0;
      return end + 1;
    }
    switch (kind) {
      case 'int32':
      case 'shard':
        return bytes.writeInt32BE(Number(value) ^ -0x80000000, at);
      case 'int64':
      case 'decimal':
      case 'timestamp': {
        // The upper and the lower 32 bits, by arithmetic: faster than through a bigint, and exact below 2^53.
        const whole = Number(value);
        const high = Math.floor(whole / 2 ** 32);
        bytes.writeInt32BE(high ^ -0x80000000, at);
        return bytes.writeUInt32BE(whole - high * 2 ** 32, at + 4);
      }
      case 'bigint64':
        return bytes.writeBigUInt64BE(turned(value), at);
      case 'date':
        return bytes.writeUInt32BE(numberOfDay(String(value)), at);
      case 'boolean':
        return bytes.writeUInt8(value === true ? 1 : 0, at);
      default:
        throw new StockafolioError('ERR_INTERNAL', `a column of type ${kind} cannot be part of a key`);
    }
  }
}

function turned(value: Value): bigint {
  return typeof value === 'bigint' ? value + 2n ** 63n : 0n;
}

function endOf(kind: Kind, bytes: Buffer, at: number, descending: boolean): number {
  switch (kind) {
    case 'text':
    case 'oneOf':
      return bytes.indexOf(descending ? 0xff : 0, at) + 1;
    case 'int32':
    case 'shard':
    case 'date':
      return at + 4;
    case 'boolean':
      return at + 1;
    default:
      return at + 8;
  }
}

function valueAt(kind: Kind, bytes: Buffer, at: number, end: number): Value {
  switch (kind) {
    case 'text':
    case 'oneOf':
      return bytes.toString('utf8', at, end - 1);
    case 'int32':
    case 'shard':
      return bytes.readInt32BE(at) ^ -0x80000000;
    case 'date':
      return dayOfNumber(bytes.readUInt32BE(at));
    case 'boolean':
      return bytes[at] === 1;
    case 'bigint64':
      return bytes.readBigUInt64BE(at) - 2n ** 63n;
    default:
      return (bytes.readInt32BE(at) ^ -0x80000000) * 2 ** 32 + bytes.readUInt32BE(at + 4);
  }
}

/** The first key after all those that begin with these bytes. */
export function afterPrefix(prefix: Buffer): Buffer {
  let length = prefix.length;
  while (length > 0 && prefix[length - 1] === 0xff) length -= 1;
  const after = Buffer.from(prefix.subarray(0, length));
  after[length - 1] = (after[length - 1] ?? 0) + 1;
  return after;
}
