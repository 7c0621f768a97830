/** A column's values as the schema has them: numbers that are all there in a typed array. */
export type ColumnValues = readonly unknown[] | Float64Array | Int32Array;

/**
 * Values that are made as rows are taken: of a row group they would be made all at once, in arrays so large that each is
 * memory of its own to get and to give back, and they would outlive several collections of garbage.
 */
export abstract class LaterValues {
  abstract readonly length: number;
  /** The values of some rows, from `first` to before `end`. */
  abstract slice(first: number, end: number): readonly unknown[];
}

/** Values that are there, or made later. */
export type DecodedValues = ColumnValues | LaterValues;

/** Some rows of a column, from `first` to before `end`. */
export function rowsOf(values: DecodedValues, first: number, end: number): ColumnValues {
  return values instanceof Float64Array || values instanceof Int32Array
    ? values.subarray(first, end)
    : values.slice(first, end);
}

/** All rows of a column. */
export function allOf(values: DecodedValues): ColumnValues {
  return values instanceof LaterValues ? values.slice(0, values.length) : values;
}

/** Values of a dictionary, which are the same objects wherever they come again. */
export class DictionaryValues extends LaterValues {
  readonly #words: ColumnValues;
  readonly #indexes: Uint32Array;

  /** @throws RangeError where an index is past the dictionary */
  constructor(words: ColumnValues, indexes: Uint32Array) {
    super();
    let past = false;
    for (let i = 0; i < indexes.length; i++) past ||= (indexes[i] as number) >= words.length;
    if (past) throw new RangeError('it refers past its dictionary');
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

/** A column that has no value in any row. */
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
