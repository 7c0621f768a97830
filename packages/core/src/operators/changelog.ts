declare const changing: unique symbol;

/**
 * A type only: the values of an operator are a changelog, so a later value replaces an earlier one. When they are
 * emitted may depend on commits. They go into tables, and by `whenFinal()` into operators.
 */
export interface Changing {
  /** Type only. */
  readonly [changing]: true;
}

/** Options of an operator that folds records, or a sentence if its input is a changelog. */
export type StreamOnly<T> = [T] extends [Changing]
  ? { readonly 'these values change until they are final: put whenFinal() behind the window': never }
  : unknown;
