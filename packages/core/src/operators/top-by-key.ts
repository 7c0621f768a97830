import type { Observable, OperatorFunction } from 'rxjs';
import { StockafolioError } from '../errors/index.js';
import { currentPlan } from '../pipeline/ambient.js';
import type { OperatorNode } from '../pipeline/plan.js';
import type { KeyTuple } from '../pipeline/update.js';
import { timestamp, type Fields, type ObjectOf } from '../schema/index.js';
import type { KeyPart } from '../stream/index.js';
import type { Changing, StreamOnly } from './changelog.js';
import { withHidden } from './hidden-fields.js';
import { checkFold, type Ignored } from './fold-function.js';
import { declaredInitial } from './initial.js';
import { declaredKey, keySetting, type AnyKey, type KeyParts, type KeyValues } from './key.js';
import type { KeyedOptions } from './options.js';

/** Fields of a state by which keys can be ranked. */
export type RankField<F extends Fields> = {
  [N in keyof F & string]: F[N]['kind'] extends
    'int32' | 'int64' | 'bigint64' | 'double' | 'decimal' | 'bigDecimal' | 'timestamp'
    ? F[N]['optional'] extends true
      ? never
      : N
    : never;
}[keyof F & string];

export interface TopOptions<
  T,
  G extends readonly KeyPart[],
  K extends readonly KeyPart[],
  F extends Fields,
  P extends KeyParts<T> = never,
  Q extends KeyParts<T> = never,
> extends KeyedOptions<T, K, F, Ignored, P> {
  /** Number of keys that are ranked in each group. */
  readonly k: number;
  /**
   * The field of the state that ranks: the largest value is first; of equal values the lower key. Several fields make
   * as many rankings of the same state, told apart by `by`.
   */
  readonly by: RankField<F> | readonly [RankField<F>, ...RankField<F>[]];
  /** Groups that are ranked separately, such as each day, given as a key is; defaults to one ranking for all records. */
  readonly group?: ((record: T) => G) | readonly [...Q];
}

/** The options with which it is executed. */
export type TopNodeOptions<T, F extends Fields> = TopOptions<T, KeyTuple, KeyTuple, F, KeyParts<T>, KeyParts<T>>;

/** One rank of a ranking by the field `by`; `rank` counts from 1. It is a changelog, which goes into tables only. */
export interface Ranked<
  G extends readonly unknown[],
  K extends readonly unknown[],
  V,
  B extends string = string,
> extends Changing {
  readonly group: G;
  readonly by: B;
  readonly rank: number;
  readonly key: K;
  readonly value: V;
}

/**
 * Folds records by key and ranks the keys: emits, at every commit, those of the first `k` ranks that have changed.
 *
 * Each partition ranks its own keys, so the table needs a `shard()` column, and readers merge the shards. The merged
 * ranking is exact if the key begins with the stream's own key, because then no key is in two shards.
 *
 * @param name unique in the pipeline; the state is found by it after a restart
 * @throws ERR_KEY_NOT_PARTITIONED (when run) if the key does not begin with the stream's key
 * @example
 * trades.pipe(
 *   topByKey('top-traders', { k: 100, by: 'value', group: (t) => [day(t.time)], key: (t) => [t.user], state: Sum, fold: addTrade }),
 *   map(({ group: [day], rank, key: [user], value }) => ({ day, rank, user, ...value })),
 * )
 */
export function topByKey<
  T,
  K extends readonly [KeyPart, ...KeyPart[]],
  F extends Fields,
  G extends readonly [] | readonly [KeyPart, ...KeyPart[]] = readonly [],
  const P extends KeyParts<T> = never,
  const Q extends KeyParts<T> = never,
>(
  name: string,
  options: TopOptions<T, G, K, F, P, Q> & StreamOnly<T>,
): OperatorFunction<T, Ranked<KeyValues<T, G, Q>, KeyValues<T, K, P>, ObjectOf<F>, RankField<F>>> {
  if (!(Number.isSafeInteger(options.k) && options.k > 0 && options.k <= 10_000)) {
    throw new StockafolioError('ERR_PIPELINE_INVALID', `topByKey('${name}') cannot rank ${options.k} keys`, {
      hint: 'k is a whole number from 1 to 10000',
    });
  }
  const fields = rankFields<F>(options);
  if (
    fields.length === 0 ||
    new Set(fields).size < fields.length ||
    !fields.every((field) => Object.hasOwn(options.state.fields, field))
  ) {
    throw new StockafolioError('ERR_PIPELINE_INVALID', `topByKey('${name}') cannot rank by [${fields.join(', ')}]`, {
      hint: 'name one field of the state, or several, each once',
    });
  }
  return (source: Observable<T>) => {
    checkFold(name, options.fold);
    const initial = declaredInitial(name, options.state, options.initial);
    const key = declaredKey<T>(name, options.key);
    const group = options.group === undefined ? [] : declaredKey<T>(name, options.group as AnyKey<T>);
    const node: OperatorNode = {
      name,
      kind: 'topByKey',
      key: key === undefined || group === undefined ? undefined : [...group, ...key],
      streamKeyAt: group?.length,
      needsStreamKey: true,
      settings: {
        ...keySetting('group', group),
        ...keySetting('key', key),
        k: options.k,
        by: fields.join(', '),
        ...initial.settings,
      },
      state: options.expires === undefined ? initial.state : withHidden(initial.state, { $until: timestamp() }),
      isShared: true,
      writesState: false,
      emits: 'changelog',
      options,
    };
    return currentPlan(`topByKey('${name}')`).addOperator(node, source);
  };
}

/** The fields by which an operator ranks. */
export function rankFields<F extends Fields>({
  by,
}: {
  readonly by: RankField<F> | readonly [RankField<F>, ...RankField<F>[]];
}): readonly RankField<F>[] {
  return typeof by === 'string' ? [by] : by;
}
