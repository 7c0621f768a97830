import type { Update } from '../pipeline/update.js';
import type { Fields, Mutable, ObjectOf } from '../schema/index.js';

/** How an operator undoes what it did for the earlier value of a figure; a sentence if its input has no earlier values. */
export type Unfold<T, F extends Fields> = [T] extends [Update<readonly unknown[], unknown>]
  ? (state: Mutable<ObjectOf<F>>, earlier: T) => void
  : 'only what foldByKey, shardedFold and latestByKey emit has an earlier value, which can be undone';

/** The options of folds over figures, besides those of all keyed operators. */
export interface UnfoldOption<T, F extends Fields> {
  /**
   * Makes the operator fold the current value of each figure, instead of every value that it has had. If a figure
   * changes, `unfold` is given an update with its earlier `value`, and must undo what `fold` did for that one, in the
   * state of the key that it had then; `fold` is given the new one. For the input of an operator directly behind
   * `foldByKey`, `shardedFold` or `latestByKey`. A figure that expires there is not undone.
   */
  readonly unfold?: Unfold<T, NoInfer<F>>;
}
