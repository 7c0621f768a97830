import type { Observable, OperatorFunction } from 'rxjs';
import type { Update } from '../pipeline/update.js';
import type { Fields, ObjectOf } from '../schema/index.js';
import type { Mutable } from '../schema/index.js';
import type { KeyPart } from '../stream/index.js';
import { addFold } from './add-fold.js';
import type { StreamOnly } from './changelog.js';
import type { FoldEveryKey } from './every-key.js';
import type { FoldResult } from './fold-function.js';
import type { KeyParts, KeyValues } from './key.js';
import type { KeyedOptions } from './options.js';
import type { SlidingExpiry } from './sliding-expiry.js';
import type { BroadcastRecords } from './process-options.js';
import type { UnfoldOption } from './unfold.js';

/** The option of a fold whose keys broadcast streams change. */
export interface FoldsEveryKey<T, K extends readonly KeyPart[], F extends Fields, R, P extends KeyParts<T>, B> {
  /**
   * Broadcast streams whose records change keys that exist, by name: as that of `processByKey`. Not beside `unfold`, nor
   * for keys that expire.
   */
  readonly everyKey?:
    | {
        readonly [S in keyof B]: FoldEveryKey<
          T,
          P,
          B[S],
          Mutable<ObjectOf<NoInfer<F>>>,
          KeyValues<T, NoInfer<K>, P>,
          FoldResult<NoInfer<R>, ObjectOf<NoInfer<F>>>
        >;
      }
    | undefined;
}

/**
 * Keeps a state for every key, and folds each record into the state of its key.
 *
 * The key must begin with the stream's own key, so that one partition holds all of it. Emits, for each record, the new
 * state as a plain copy; if it goes directly `into` a table, only the state at the commit is written.
 *
 * `everyKey` changes keys by records of broadcast streams: one record, each key that it is for. The `record` of such an
 * update is that one.
 *
 * @param name unique in the pipeline; the state is found by it after a restart
 * @throws ERR_KEY_NOT_PARTITIONED if the key does not begin with the stream's key: at once if both are names of fields,
 * otherwise at the first record
 * @example
 * trades.pipe(foldByKey('positions', { key: ['user', 'symbol'], state: Position, fold: applyTrade }))
 */
export function foldByKey<
  T,
  K extends readonly [KeyPart, ...KeyPart[]],
  F extends Fields,
  R = void,
  const P extends KeyParts<T> = never,
  B extends BroadcastRecords = Readonly<Record<never, never>>,
>(
  name: string,
  options: KeyedOptions<T, K, F, R, P> &
    FoldsEveryKey<T, K, F, R, P, B> &
    UnfoldOption<T, F> &
    SlidingExpiry &
    StreamOnly<T>,
): OperatorFunction<T, Update<KeyValues<T, K, P>, ObjectOf<F>, T | B[keyof B], R>> {
  return (source: Observable<T>) => addFold('foldByKey', name, source, options, options);
}
