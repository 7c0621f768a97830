/** The kind of a field's values; every codec, connector and state layout switches on it. */
export type Kind =
  | 'text'
  | 'int32'
  | 'int64'
  | 'bigint64'
  | 'double'
  | 'decimal'
  | 'bigDecimal'
  | 'timestamp'
  | 'date'
  | 'boolean'
  | 'oneOf'
  | 'shard';

/** A value of any field, as user code sees it. `undefined` stands for an absent optional field. */
export type Value = string | number | bigint | boolean | undefined;

declare const valueType: unique symbol;

/** How a decimal is printed: no part of its type, so states, files and tables of either form are the same. */
export interface DecimalForm {
  /**
   * `'number'`: as whole numbers are, without trailing zeros, in dumps and messages: `12`, `0.5`. It is a JSON number
   * where a double keeps it, which is so of 15 digits and of whole numbers within 2^53, and else a text of the same
   * digits. By default, dumps have a text with exactly `scale` decimals.
   */
  readonly json?: 'number' | undefined;
}

/** The type of one field: its kind, its bounds, and (for the compiler only) the TypeScript type of its values. */
export interface FieldType<T = unknown, K extends Kind = Kind, O extends boolean = boolean> {
  readonly kind: K;
  readonly optional: O;
  /** Smallest value (numbers, in the field's own unit) or length (text, in UTF-16 units). */
  readonly min: number | undefined;
  /** Largest value (numbers, in the field's own unit) or length (text, in UTF-16 units). */
  readonly max: number | undefined;
  /** The allowed values of `oneOf`, in the order in which they are numbered. */
  readonly values: readonly string[] | undefined;
  /** How many decimals `decimal` and `bigDecimal` have: a value is a whole number of 10^-scale. */
  readonly scale?: number | undefined;
  /** For decimals that are printed as JSON numbers: see {@link DecimalForm}. */
  readonly json?: 'number' | undefined;
  readonly [valueType]?: T;
}

export type ValueOf<F> = F extends FieldType<infer T> ? T : never;

export type Fields = Readonly<Record<string, FieldType>>;

type OptionalNames<F extends Fields> = { [N in keyof F]: F[N]['optional'] extends true ? N : never }[keyof F];

type Simplify<T> = { [K in keyof T]: T[K] };

/** The plain object that a set of fields describes. */
export type ObjectOf<F extends Fields> = Simplify<
  { readonly [N in Exclude<keyof F, OptionalNames<F>>]: ValueOf<F[N]> } & {
    readonly [N in OptionalNames<F>]?: ValueOf<F[N]> | undefined;
  }
>;

/** The same object, writable: what a fold gets as its state. */
export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Largest magnitude of `int64()` and of the units of `decimal()`: past it a JavaScript number is no longer exact. */
export const MAX_SAFE = Number.MAX_SAFE_INTEGER;
