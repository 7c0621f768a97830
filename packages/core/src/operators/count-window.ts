import type { Observable, OperatorFunction } from 'rxjs';
import { StockafolioError } from '../errors/index.js';
import { currentPlan } from '../pipeline/ambient.js';
import type { OperatorNode } from '../pipeline/plan.js';
import type { KeyTuple } from '../pipeline/update.js';
import { int64, type Fields, type ObjectOf } from '../schema/index.js';
import type { KeyPart } from '../stream/index.js';
import type { StreamOnly } from './changelog.js';
import { checkFold, type Ignored } from './fold-function.js';
import { NOTHING, withHidden } from './hidden-fields.js';
import { declaredInitial } from './initial.js';
import { declaredKey, keySetting, type AnyKey, type KeyParts, type KeyValues } from './key.js';
import type { KeyedOptions } from './options.js';

export interface CountOptions<
  T,
  K extends readonly KeyPart[],
  F extends Fields,
  P extends KeyParts<T> = never,
> extends Omit<KeyedOptions<T, K, F, Ignored, P>, 'expires'> {
  /** Number of records in a window. */
  readonly size: number;
  /** Number of records from the first one of a window to the first one of the next; defaults to `size`, at most that. */
  readonly slide?: number;
}

/** A complete window of records of one key. */
export interface CountedWindow<K extends readonly unknown[], V> {
  readonly key: K;
  /** Counts the windows of the key from 0. Its first record is the one with the number `index * slide`, from 0, of the key. */
  readonly index: number;
  readonly value: V;
}

/** The options with which it is executed. */
export interface CountNodeOptions<T, F extends Fields> extends CountOptions<T, KeyTuple, F, KeyParts<T>> {
  readonly slide: number;
}

/**
 * Folds every `size` records of a key, in the order of their offsets, into a window; a new one begins at every `slide`
 * records.
 *
 * Emits a window with its last record, once: it is final, so any operator can follow. Its event time is that of this
 * record, whose time plays no other part: no record is late. A window that is not full is not emitted. The key and
 * the index of a window belong into the key of its table.
 *
 * Keys are kept forever: a forgotten key would count from 0 again, and its windows would replace those before in the
 * table. For keys that come and go use `processByKey` with a list and a timer.
 *
 * The key must begin with the stream's own key, because only within a partition there is an order of offsets.
 *
 * @param name unique in the pipeline; the state is found by it after a restart
 * @throws ERR_KEY_NOT_PARTITIONED if the key does not begin with the stream's key: at once if both are names of fields,
 * otherwise at the first record; ERR_PIPELINE_INVALID if `size` or `slide` is not a whole number above zero, or `slide` is
 * more than `size`
 * @example
 * trades.pipe(
 *   countWindow('last-hundred', { size: 100, slide: 10, key: ['symbol'], state: Sum, fold: addTrade }),
 *   map(({ key: [symbol], index, value }) => ({ symbol, index, ...value })),
 * )
 */
export function countWindow<
  T,
  K extends readonly [KeyPart, ...KeyPart[]],
  F extends Fields,
  const P extends KeyParts<T> = never,
>(
  name: string,
  options: CountOptions<T, K, F, P> & StreamOnly<T>,
): OperatorFunction<T, CountedWindow<KeyValues<T, K, P>, ObjectOf<F>>> {
  const { size, slide = size } = options;
  if (!(Number.isSafeInteger(size) && Number.isSafeInteger(slide) && slide > 0 && slide <= size)) {
    throw new StockafolioError(
      'ERR_PIPELINE_INVALID',
      `countWindow('${name}') cannot have windows of ${size} records at every ${slide}`,
      { hint: 'size and slide are whole numbers above zero, and slide is at most size' },
    );
  }
  return (source: Observable<T>) => {
    checkFold(name, options.fold);
    const initial = declaredInitial(name, options.state, options.initial);
    const key = declaredKey<T>(name, options.key);
    const node: OperatorNode<CountNodeOptions<T, F>> = {
      name,
      kind: 'countWindow',
      key,
      streamKeyAt: 0,
      needsStreamKey: true,
      settings: {
        ...keySetting('key', key),
        size,
        ...(slide === size ? {} : { slide }),
        ...initial.settings,
      },
      state: withHidden(NOTHING, { $count: int64() }),
      subKeys: { windows: { kind: 'number', fields: initial.state } },
      isShared: false,
      writesState: false,
      options: { ...options, key: options.key as AnyKey<T>, slide },
    };
    return currentPlan(`countWindow('${name}')`).addOperator<CountedWindow<KeyValues<T, K, P>, ObjectOf<F>>>(
      node,
      source,
    );
  };
}
