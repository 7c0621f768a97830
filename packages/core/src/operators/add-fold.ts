import type { Observable } from 'rxjs';
import { StockafolioError } from '../errors/index.js';
import { currentPlan } from '../pipeline/ambient.js';
import type { OperatorNode } from '../pipeline/plan.js';
import { hasStreamKey } from '../pipeline/stream-key.js';
import type { Update } from '../pipeline/update.js';
import { optional, timestamp, type Fields, type ObjectOf } from '../schema/index.js';
import type { KeyPart } from '../stream/index.js';
import {
  broadcastsOfEveryKey,
  declaredEveryKey,
  everyKeySetting,
  type FoldsOfEveryKey,
  onKeysOf,
} from './every-key.js';
import { withHidden } from './hidden-fields.js';
import { checkFold } from './fold-function.js';
import { declaredInitial } from './initial.js';
import { declaredKey, keySetting, type KeyParts, type KeyValues } from './key.js';
import { checkNames } from './option-names.js';
import type { KeyedOptions } from './options.js';
import { checkExpiry, type SlidingExpiry } from './sliding-expiry.js';

/** What folds have besides the options of all keyed operators. */
interface FoldOnlyOptions extends SlidingExpiry {
  readonly unfold?: unknown;
  readonly everyKey?: object | undefined;
}

/** Adds an operator that keeps a state for every key to the plan; returns its output. */
export function addFold<
  T,
  K extends readonly KeyPart[],
  F extends Fields,
  R,
  P extends KeyParts<T>,
  U extends Update<KeyValues<T, K, P>, ObjectOf<F>, unknown, R>,
>(
  kind: 'foldByKey' | 'shardedFold' | 'latestByKey',
  name: string,
  source: Observable<T>,
  options: KeyedOptions<T, K, F, R, P>,
  { unfold, expiresAfter, everyKey: folds = {} }: FoldOnlyOptions = {},
): Observable<U> {
  const plan = currentPlan(`${kind}('${name}')`);
  const { expires } = options;
  checkExpiry(name, expires, expiresAfter);
  const everyKey = onKeysOf(folds as FoldsOfEveryKey);
  const changesKeys = Object.keys(everyKey).length > 0;
  if (changesKeys) {
    checkNames({ kind, name }, Object.keys(everyKey));
    if (expires !== undefined || expiresAfter !== undefined) throw noEveryKey(name, 'keys that expire');
    if (unfold !== undefined) throw noEveryKey(name, 'unfold');
  }
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
    ...(changesKeys ? { otherIsBroadcast: true, changesKeys } : {}),
    settings: {
      ...keySetting('key', key),
      ...(expires === undefined ? {} : { expires: 'yes' }),
      ...(expiresAfter === undefined ? {} : { expiresAfter }),
      ...(unfold === undefined ? {} : { unfold: 'yes' }),
      ...initial.settings,
      ...everyKeySetting(everyKey),
    },
    state: withHidden(initial.state, {
      ...(kind === 'latestByKey' ? { $time: optional(timestamp()) } : {}),
      ...(expires === undefined && expiresAfter === undefined ? {} : { $until: timestamp() }),
    }),
    isShared: !isWhole,
    writesState: true,
    takesRemovals: unfold !== undefined,
    options: {
      ...options,
      everyKey: declaredEveryKey({ kind, name }, everyKey, key, plan.recordsOf(source), (input) =>
        plan.recordsOf(input),
      ),
    },
  };
  return plan.addOperator<U>(node, source, changesKeys ? broadcastsOfEveryKey(everyKey) : undefined);
}

function noEveryKey(name: string, what: string): StockafolioError {
  return new StockafolioError('ERR_PIPELINE_INVALID', `foldByKey('${name}') has both everyKey and ${what}`, {
    hint: 'use processByKey for these keys: its timers and its state say what a record of all keys does',
  });
}
