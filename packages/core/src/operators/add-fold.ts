import type { Observable } from 'rxjs';
import { currentPlan } from '../pipeline/ambient.js';
import type { OperatorNode } from '../pipeline/plan.js';
import { hasStreamKey } from '../pipeline/stream-key.js';
import type { Update } from '../pipeline/update.js';
import { optional, timestamp, type Fields, type ObjectOf } from '../schema/index.js';
import type { KeyPart } from '../stream/index.js';
import { withHidden } from './hidden-fields.js';
import { checkFold } from './fold-function.js';
import { declaredInitial } from './initial.js';
import { declaredKey, keySetting, type KeyParts, type KeyValues } from './key.js';
import type { KeyedOptions } from './options.js';
import { checkExpiry, type SlidingExpiry } from './sliding-expiry.js';

/** What folds have besides the options of all keyed operators. */
interface FoldOnlyOptions extends SlidingExpiry {
  readonly unfold?: unknown;
}

/** Adds an operator that keeps a state for every key to the plan; returns its output. */
export function addFold<
  T,
  K extends readonly KeyPart[],
  F extends Fields,
  R,
  P extends KeyParts<T>,
  U extends Update<KeyValues<T, K, P>, ObjectOf<F>, T, R>,
>(
  kind: 'foldByKey' | 'shardedFold' | 'latestByKey',
  name: string,
  source: Observable<T>,
  options: KeyedOptions<T, K, F, R, P>,
  { unfold, expiresAfter }: FoldOnlyOptions = {},
): Observable<U> {
  const plan = currentPlan(`${kind}('${name}')`);
  const { expires } = options;
  checkExpiry(name, expires, expiresAfter);
  checkFold(name, options.fold);
  if (unfold !== undefined) {
    checkFold(name, unfold);
    plan.needEarlier(name, source);
  }
  const initial = declaredInitial(name, options.state, options.initial);
  const key = declaredKey<T>(name, options.key);
  const isWhole = kind === 'foldByKey' || (kind === 'latestByKey' && hasStreamKey(key, plan.streamOf(source)));
  const node: OperatorNode = {
    name,
    kind,
    key,
    streamKeyAt: isWhole ? 0 : undefined,
    needsStreamKey: isWhole,
    settings: {
      ...keySetting('key', key),
      ...(expires === undefined ? {} : { expires: 'yes' }),
      ...(expiresAfter === undefined ? {} : { expiresAfter }),
      ...(unfold === undefined ? {} : { unfold: 'yes' }),
      ...initial.settings,
    },
    state: withHidden(initial.state, {
      ...(kind === 'latestByKey' ? { $time: optional(timestamp()) } : {}),
      ...(expires === undefined && expiresAfter === undefined ? {} : { $until: timestamp() }),
    }),
    isShared: !isWhole,
    writesState: true,
    takesRemovals: unfold !== undefined,
    options,
  };
  return plan.addOperator<U>(node, source);
}
