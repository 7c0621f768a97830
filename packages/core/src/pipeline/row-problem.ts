import type { HasShard, KeyOf, RowOf, ValuesOf } from '../table/index.js';
import type { PartialUpdate, Update } from './update.js';

/**
 * Why values of the type `V` cannot be rows of the table `T`: a sentence, which the compiler prints in the first line of
 * its error; `never` if they can.
 */
export type RowProblem<T, V> =
  V extends Update<infer K, infer S> ? UpdateProblem<T, V, K, S> : ColumnProblem<RowOf<T>, V>;

type UpdateProblem<T, V, K, S> = [V, HasShard<T>] extends [PartialUpdate<readonly unknown[], unknown>, false]
  ? 'the table needs a shard() column, because each partition has only its part of these figures'
  : KeyProblem<T, K, S>;

type KeyProblem<T, K, S> = [K] extends [KeyOf<T>]
  ? ColumnProblem<ValuesOf<T>, S>
  : 'the key of these figures is not like the key columns of the table';

type ColumnProblem<Columns, V> = [Missing<Columns, V>] extends [never]
  ? [Unlike<Columns, V>] extends [never]
    ? never
    : `column '${Unlike<Columns, V>}' of the table has another type`
  : `column '${Missing<Columns, V>}' of the table is missing in these rows`;

type Missing<Columns, V> = {
  [N in keyof Columns & string]: N extends keyof V ? never : undefined extends Columns[N] ? never : N;
}[keyof Columns & string];

type Unlike<Columns, V> = {
  [N in keyof Columns & string]: N extends keyof V ? (V[N] extends Columns[N] ? never : N) : never;
}[keyof Columns & string];
