import type { Observable } from 'rxjs';
import { currentPlan } from '../pipeline/ambient.js';
import type { OperatorNode } from '../pipeline/plan.js';
import type { Update } from '../pipeline/update.js';
import { timestamp, type Fields, type ObjectOf, type RecordSchema } from '../schema/index.js';
import type { KeyPart } from '../stream/index.js';
import { withHidden } from './hidden-fields.js';
import { checkFold } from './fold-function.js';
import { declaredKey, keySetting, type KeyParts, type KeyValues } from './key.js';
import type { KeyedOptions } from './options.js';

/**
 * Adds an operator that keeps a state for every key to the plan; returns its output.
 *
 * @param state its state schema, if that has more than the user's fields
 */
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
  state: RecordSchema = options.state,
): Observable<U> {
  const expires = options.expires !== undefined;
  checkFold(name, options.fold);
  const key = declaredKey<T>(name, options.key);
  const node: OperatorNode = {
    name,
    kind,
    key,
    streamKeyAt: kind === 'foldByKey' ? 0 : undefined,
    needsStreamKey: kind === 'foldByKey',
    settings: { ...keySetting('key', key), ...(expires ? { expires: 'yes' } : {}) },
    state: expires ? withHidden(state, { $until: timestamp() }) : state,
    isShared: kind !== 'foldByKey',
    writesState: true,
    options,
  };
  return currentPlan(`${kind}('${name}')`).addOperator<U>(node, source);
}
