import type { Observable, OperatorFunction } from 'rxjs';
import { StockafolioError } from '../errors/index.js';
import { currentPlan } from '../pipeline/ambient.js';
import type { OperatorNode } from '../pipeline/plan.js';
import type { KeyTuple } from '../pipeline/update.js';
import { timestamp } from '../schema/index.js';
import type { KeyPart } from '../stream/index.js';
import type { StreamOnly } from './changelog.js';
import { NOTHING, withHidden } from './hidden-fields.js';
import { declaredKey, keySetting, type AnyKey, type KeyParts } from './key.js';

export interface DistinctOptions<T, K extends readonly KeyPart[], P extends KeyParts<T> = never> {
  /** What makes two records the same, such as the stream's key and an id; given as the key of every keyed operator. */
  readonly key: ((record: T) => K) | readonly [...P];
  /**
   * How long a key is remembered, in milliseconds of event time after the first record with it. A record that is further
   * than this behind the watermark may have been forgotten, so it is late.
   */
  readonly within: number;
}

/** The options with which it is executed. */
export interface DistinctNodeOptions<T> {
  readonly key: AnyKey<T>;
  readonly within: number;
}

/**
 * Passes the first record with each key, and drops those that follow: a producer that sends a message again doubles
 * nothing.
 *
 * It emits the records themselves, so any operator can follow. A copy of a record that has the same time is always found:
 * either its key is still remembered, or it is late and dead-lettered. The key must begin with the stream's own key,
 * because copies are in one partition then.
 *
 * @param name unique in the pipeline; the state is found by it after a restart
 * @throws ERR_KEY_NOT_PARTITIONED if the key does not begin with the stream's key: at once if both are names of fields,
 * otherwise at the first record; ERR_PIPELINE_INVALID if `within` is not a whole number above zero
 * @example
 * trades.pipe(
 *   distinctByKey('once', { key: ['user', 'id'], within: days(3) }),
 *   foldByKey('positions', { key: ['user', 'symbol'], state: Position, fold: applyTrade }),
 * )
 */
export function distinctByKey<T, K extends readonly [KeyPart, ...KeyPart[]], const P extends KeyParts<T> = never>(
  name: string,
  options: DistinctOptions<T, K, P> & StreamOnly<T>,
): OperatorFunction<T, T> {
  const { within } = options;
  if (!Number.isSafeInteger(within) || within <= 0) {
    throw new StockafolioError(
      'ERR_PIPELINE_INVALID',
      `distinctByKey('${name}') cannot remember keys for ${within} ms`,
      {
        hint: 'within is a whole number of milliseconds above zero, such as days(3)',
      },
    );
  }
  return (source: Observable<T>) => {
    const key = declaredKey<T>(name, options.key as AnyKey<T>);
    const node: OperatorNode<DistinctNodeOptions<T>> = {
      name,
      kind: 'distinctByKey',
      key,
      streamKeyAt: 0,
      needsStreamKey: true,
      settings: { ...keySetting('key', key), within },
      state: withHidden(NOTHING, { $until: timestamp() }),
      isShared: false,
      writesState: false,
      passesRecords: true,
      options: { key: options.key as ((record: T) => KeyTuple) | KeyParts<T>, within },
    };
    return currentPlan(`distinctByKey('${name}')`).addOperator<T>(node, source);
  };
}
