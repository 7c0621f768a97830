import type { Value } from '@stockafolio/core';
import { type Chunk, hashText, mix } from '@stockafolio/engine/state';
import type { ColumnLayout } from './row-layout.js';
import { NO_TEXT, type TextArena } from './text-arena.js';
import type { TextColumn } from './text-column.js';
import { storeWide, wideAt } from './wide-cells.js';

/** A column of rows in typed arrays; a row begins at `cell` of its chunk. */
export interface PlainColumn {
  /** Adds a value to the hash of a key. */
  hash(hash: number, value: Value): number;
  isSame(chunk: Chunk, cell: number, value: Value): boolean;
  /** The address of the row's text; `NO_TEXT` for columns without text. */
  addressIn(chunk: Chunk, cell: number): number;
  /** The address of the text that replaces the one at `before`. */
  addressOf(before: number, value: Value): number;
  /** @param address that of the value, if it is a text */
  store(chunk: Chunk, cell: number, value: Value, address: number): void;
  valueIn(chunk: Chunk, cell: number): Value;
  /** Compares the values of two rows in the order of the column. */
  compare(chunkA: Chunk, cellA: number, chunkB: Chunk, cellB: number): number;
  compareTo(chunk: Chunk, cell: number, value: Value): number;
}

// Only a double has -0: adding 0 to other numbers turns it into 0.
const bits = new Float64Array(1);
const long = new BigInt64Array(bits.buffer);
const halves = new Int32Array(bits.buffer);

export function plainColumn(layout: ColumnLayout, arena: TextArena, texts: TextColumn | undefined): PlainColumn {
  const { column, at } = layout;
  const sign = column.descending ? -1 : 1;
  if (texts !== undefined) {
    const addressIn = ({ i32 }: Chunk, cell: number): number => i32[2 * cell + at] as number;
    return {
      hash: (hash, value) => mix(hash, hashText(value as string)),
      isSame: (chunk, cell, value) => arena.equals(addressIn(chunk, cell), value as string),
      addressIn,
      addressOf: (before, value) => (value === undefined ? NO_TEXT : texts.replace(before, value as string)),
      store({ i32 }, cell, _, address) {
        i32[2 * cell + at] = address;
      },
      valueIn(chunk, cell) {
        const address = addressIn(chunk, cell);
        return address === NO_TEXT ? undefined : arena.textOf(address);
      },
      compare(chunkA, cellA, chunkB, cellB) {
        const a = addressIn(chunkA, cellA);
        const b = addressIn(chunkB, cellB);
        return a === b ? 0 : sign * arena.compare(a, b);
      },
      compareTo: (chunk, cell, value) => sign * arena.compareTo(addressIn(chunk, cell), value as string),
    };
  }
  const { store, valueIn } = numberColumn(layout);
  const order = (a: Value, b: Value): number => (a === b ? 0 : (a as number) < (b as number) ? -sign : sign);
  return {
    hash: hashOf(layout),
    isSame: (chunk, cell, value) => valueIn(chunk, cell) === value,
    addressIn: () => NO_TEXT,
    addressOf: () => NO_TEXT,
    store,
    valueIn,
    compare: (chunkA, cellA, chunkB, cellB) => order(valueIn(chunkA, cellA), valueIn(chunkB, cellB)),
    compareTo: (chunk, cell, value) => order(valueIn(chunk, cell), value),
  };
}

function hashOf({ storage }: ColumnLayout): PlainColumn['hash'] {
  switch (storage) {
    case 'f64':
      return (hash, value) => {
        bits[0] = (value as number) + 0;
        return mix(mix(hash, halves[0] as number), halves[1] as number);
      };
    case 'i64':
      return (hash, value) => {
        long[0] = value as bigint;
        return mix(mix(hash, halves[0] as number), halves[1] as number);
      };
    default:
      return (hash, value) => mix(hash, Number(value));
  }
}

function numberColumn({ storage, at, presence, column }: ColumnLayout): Pick<PlainColumn, 'store' | 'valueIn'> {
  const { kind, optional } = column.type;
  switch (storage) {
    case 'f64':
      return {
        store({ f64 }, cell, value) {
          const number = value === undefined ? Number.NaN : (value as number);
          f64[cell + at] = kind === 'double' ? number : number + 0;
        },
        valueIn({ f64 }, cell) {
          const value = f64[cell + at];
          return optional && Number.isNaN(value) ? undefined : value;
        },
      };
    case 'flag':
      return {
        store({ i32 }, cell, value) {
          i32[2 * cell + at] = value === undefined ? -1 : Number(value);
        },
        valueIn({ i32 }, cell) {
          const flag = i32[2 * cell + at] as number;
          return flag < 0 ? undefined : flag === 1;
        },
      };
    case 'i64':
    case 'i128':
      return {
        store(chunk, cell, value) {
          if (presence >= 0) chunk.i32[2 * cell + presence] = value === undefined ? 0 : 1;
          if (value === undefined) return;
          if (storage === 'i64') chunk.i64[cell + at] = value as bigint;
          else storeWide(chunk, cell + at, value as bigint);
        },
        valueIn(chunk, cell) {
          if (presence >= 0 && chunk.i32[2 * cell + presence] === 0) return undefined;
          return storage === 'i64' ? chunk.i64[cell + at] : wideAt(chunk, cell + at);
        },
      };
    default:
      return {
        store({ i32 }, cell, value) {
          i32[2 * cell + at] = value as number;
        },
        valueIn: ({ i32 }, cell) => i32[2 * cell + at],
      };
  }
}
