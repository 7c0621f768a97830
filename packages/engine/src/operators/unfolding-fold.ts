import { type Fields, type KeyedOptions, type KeyParts, type Mutable, type ObjectOf, Update } from '@stockafolio/core';
import type { KeyTuple } from '@stockafolio/core/plan';
import type { Operator } from '../operator/operator.js';
import { KeyedFold } from './keyed-fold.js';
import type { OperatorHost } from './operator-host.js';

type Figure = Update<KeyTuple, object>;

/** An update with the earlier value of its figure, to be undone. */
class Earlier extends Update<KeyTuple, object> {}

/** The options of a fold that also undoes values. */
export interface UnfoldingOptions<F extends Fields, R> extends KeyedOptions<Figure, KeyTuple, F, R, KeyParts<Figure>> {
  readonly unfold: (state: Mutable<ObjectOf<F>>, earlier: Figure) => unknown;
}

/**
 * Executes folds with `unfold`: of each figure that changes, the earlier value is undone before the new one is folded.
 * The two may be of different keys.
 */
export function unfoldingFold<F extends Fields, R>(
  host: OperatorHost,
  options: UnfoldingOptions<F, R>,
): Operator<Figure> {
  const { context } = host;
  const { fold, unfold } = options;
  const each = (state: Mutable<ObjectOf<F>>, figure: Figure): unknown =>
    figure instanceof Earlier ? unfold(state, figure) : fold(state, figure);
  const inner = new KeyedFold(host, { ...options, fold: each as typeof fold });
  return {
    process(update) {
      const { key, before, record, result } = update;
      if (before !== undefined) {
        const rejections = context.rejected.length;
        inner.process(new Earlier(key, before, record, result));
        if (context.failure !== undefined || context.rejected.length > rejections) return;
      }
      inner.process(update);
    },
    remove({ key, value, record, result }) {
      inner.process(new Earlier(key, value, record, result));
    },
    advance: (watermark) => inner.advance(watermark),
    collect: (most) => inner.collect(most),
    restored: () => inner.restored(),
    attach: (table) => inner.attach(table),
  };
}
