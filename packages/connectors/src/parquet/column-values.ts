/** A column's values as the schema has them: a typed array if they are numbers without absent values. */
export type ColumnValues = readonly unknown[] | Float64Array | Int32Array;

/**
 * Values that are made when rows are taken. Made at once for a whole row group, they would need arrays so large that
 * each is a separate allocation, and they would survive several garbage collections.
 */
export abstract class LaterValues {
  abstract readonly length: number;
  /** The values of rows `first` (inclusive) to `end` (exclusive). */
  abstract slice(first: number, end: number): readonly unknown[];
}

/** Values that exist, or are made later. */
export type DecodedValues = ColumnValues | LaterValues;

/** The values of rows `first` (inclusive) to `end` (exclusive) of a column. */
export function rowsOf(values: DecodedValues, first: number, end: number): ColumnValues {
  return values instanceof Float64Array || values instanceof Int32Array
    ? values.subarray(first, end)
    : values.slice(first, end);
}

/** All rows of a column. */
export function allOf(values: DecodedValues): ColumnValues {
  return values instanceof LaterValues ? values.slice(0, values.length) : values;
}

/** Values of a dictionary; repeated values are the same objects. */
export class DictionaryValues extends LaterValues {
  readonly #words: ColumnValues;
  readonly #indexes: Uint32Array;

  /** @throws RangeError if an index is past the dictionary */
  constructor(words: ColumnValues, indexes: Uint32Array) {
    super();
    let past = false;
    for (let i = 0; i < indexes.length; i++) past ||= (indexes[i] as number) >= words.length;
    if (past) throw new RangeError('an index is past its dictionary');
    this.#words = words;
    this.#indexes = indexes;
  }

  get length(): number {
    return this.#indexes.length;
  }

  slice(first: number, end: number): unknown[] {
    const values = new Array<unknown>(end - first);
    for (let i = first; i < end; i++) values[i - first] = this.#words[this.#indexes[i] as number];
    return values;
  }
}

/** A column without a value in any row. */
export class AbsentValues extends LaterValues {
  readonly length: number;

  constructor(length: number) {
    super();
    this.length = length;
  }

  slice(first: number, end: number): undefined[] {
    return new Array<undefined>(end - first).fill(undefined);
  }
}
