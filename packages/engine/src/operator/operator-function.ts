import type { OperatorFunction } from 'rxjs';
import { type RecordSchema, StockafolioError } from '@stockafolio/core';
import {
  type AnyKey,
  currentPlan,
  declaredKey,
  keySetting,
  type OperatorNode,
  type SubKeyNode,
} from '@stockafolio/core/plan';
import { isOwnKind } from './own-kinds.js';
import type { OperatorKind } from './operator.js';

const IDENTIFIER = /^[a-z]\w*$/i;

/** What a node of some kind is, besides its name. */
export interface NodeOptions<T, O> {
  /**
   * The key of its state, as operators of core are given it. It begins with the stream's own key, unless the node is
   * shared.
   */
  readonly key: AnyKey<T>;
  /** Its state for each key. */
  readonly state: RecordSchema;
  /**
   * Ordered sub-keys below each key, by name, each with fields of its own: `{ lots: { kind: 'number', fields: Lot } }`. The
   * operator finds them in `state.subKeys('lots')`.
   */
  readonly subKeys?: Readonly<Record<string, SubKeyNode>>;
  /** Settings that change what the state means, such as a window's size: a checkpoint with others is refused. */
  readonly settings?: Readonly<Record<string, string | number>>;
  /**
   * Whether each partition has only its part of the figures. Then their tables need a `shard` column. Defaults to
   * false.
   */
  readonly isShared?: boolean;
  /** Its functions, and what else its kind needs. */
  readonly options: O;
}

/**
 * Makes the RxJS operator with which a pipeline uses a kind.
 *
 * @param name unique in the pipeline; its state is found by it
 * @throws ERR_PIPELINE_INVALID if the kind has the name of one of the engine's own, or the key or a name of sub-keys is
 * invalid; within the build function of a pipeline also what every operator throws there
 */
export function operatorFunction<T, E, O, S extends object>(
  kind: OperatorKind<T, E, O, S>,
  name: string,
  { key, state, subKeys, settings = {}, isShared = false, options }: NodeOptions<T, O>,
): OperatorFunction<T, E> {
  if (!IDENTIFIER.test(kind.name) || isOwnKind(kind.name)) {
    throw new StockafolioError('ERR_PIPELINE_INVALID', `'${kind.name}' cannot be the name of a kind of operator`, {
      hint: "use letters and digits, and no name of the engine's own operators",
    });
  }
  const wrong = Object.keys(subKeys ?? {}).find((each) => !IDENTIFIER.test(each));
  if (wrong !== undefined) {
    throw new StockafolioError(
      'ERR_PIPELINE_INVALID',
      `operator '${name}': '${wrong}' cannot be the name of sub-keys`,
      {
        hint: 'use letters and digits',
      },
    );
  }
  const parts = declaredKey(name, key);
  const node: OperatorNode<O> = {
    name,
    kind: kind.name,
    key: parts,
    streamKeyAt: isShared ? undefined : 0,
    needsStreamKey: !isShared,
    settings: { ...keySetting('key', parts), ...settings },
    state,
    subKeys,
    isShared,
    writesState: false,
    options,
    executedBy: kind,
  };
  return (source) => currentPlan(`${kind.name}('${name}')`).addOperator<E>(node, source);
}
