import type { Observable, OperatorFunction } from 'rxjs';
import { StockafolioError } from '../errors/index.js';
import { currentPlan } from '../pipeline/ambient.js';
import type { OperatorNode } from '../pipeline/plan.js';
import type { PlanBuilder } from '../pipeline/plan-builder.js';
import type { Update } from '../pipeline/update.js';
import { timestamp, type Fields, type ObjectOf, type RecordSchema } from '../schema/index.js';
import type { KeyPart } from '../stream/index.js';
import { withHidden } from './hidden-fields.js';
import { ONLY_SUB_KEYS, type Joinable } from './joined.js';
import type { Kept, KeptNode } from './kept.js';
import { checkExpiry, type SlidingExpiry } from './sliding-expiry.js';

/** What can be joined by its own key: what a fold, a join or a final window gives. */
export interface Keyed {
  readonly key: readonly KeyPart[];
}

/** The latest value of a figure: the fields `F`, or the figure's own value if none are stated (`never`). */
export type LatestOf<T, F extends Fields> = [F] extends [never]
  ? T extends { readonly value: infer V }
    ? V
    : never
  : ObjectOf<F>;

/** The latest values of two figures of one key. */
export interface Latest<L, R> {
  /** Of the flow in which the join stands. */
  readonly left: L;
  /** Of the other flow. */
  readonly right: R;
}

/** The latest values that a join of this kind emits: with `outer`, one of them may still be undefined. */
export type LatestPair<J, L, R> =
  Latest<L, R> | (J extends 'outer' ? Latest<L, undefined> | Latest<undefined, R> : never);

export interface JoinLatestOptions<
  T,
  U,
  L extends Fields,
  R extends Fields,
  J extends 'inner' | 'outer',
> extends SlidingExpiry {
  /** `inner` emits a key once both sides have a value; `outer` from the first value on. Defaults to `inner`. */
  readonly kind?: J;
  /** What is kept of a figure; defaults to its value, directly behind a fold. */
  readonly left?: Kept<T, L>;
  /** What is kept of a figure of the other flow; defaults to its value, directly behind a fold. */
  readonly right?: Kept<U, R>;
}

/** The options with which it is executed. */
export interface JoinLatestNodeOptions extends SlidingExpiry {
  readonly left: KeptNode;
  readonly right: KeptNode;
  readonly kind: 'inner' | 'outer';
}

/**
 * Joins figures with figures of the same key: emits the latest values of both, whenever one of them changes.
 *
 * It gives an update for each one that it gets, with both values, at the time of that record. Records alone determine
 * these, so they are a stream, which goes into any operator. A record that changes both figures gives two. An operator
 * directly behind it can have `unfold`, which then gets the values before, so that only the last ones count.
 *
 * Both values of a key are kept until it expires, by default forever, as they are in the folds.
 *
 * @param name unique in the pipeline; the state is found by it after a restart
 * @throws ERR_KEY_NOT_PARTITIONED (when run) if a key does not begin with its stream's own; ERR_NOT_COPARTITIONED if records of
 * a key are in different partitions of the streams; ERR_PIPELINE_INVALID if nothing states what is kept of a flow that is
 * not directly behind a fold
 * @example
 * // What each user has ordered, less what he has paid.
 * ordered.pipe(
 *   joinLatest('owed', paid, { kind: 'outer' }),
 *   map(({ key: [user], value: { left, right } }) => ({ user, cents: (left?.cents ?? 0) - (right?.cents ?? 0) })),
 * )
 */
export function joinLatest<
  T extends Keyed,
  U extends Keyed,
  L extends Fields = never,
  R extends Fields = never,
  const J extends 'inner' | 'outer' = 'inner',
>(
  name: string,
  other: Observable<U>,
  options?: JoinLatestOptions<T, U, L, R, J> & Joinable<T, U, T['key'], U['key']>,
): OperatorFunction<T, Update<T['key'], LatestPair<J, LatestOf<T, L>, LatestOf<U, R>>, T | U, void>> {
  const { kind = 'inner', expiresAfter } = options ?? {};
  checkExpiry(name, undefined, expiresAfter);
  return (source: Observable<T>) => {
    const plan = currentPlan(`joinLatest('${name}')`);
    const left = keptFigure(plan, name, 'left', source, options?.left);
    const right = keptFigure(plan, name, 'right', other, options?.right);
    const node: OperatorNode<JoinLatestNodeOptions> = {
      name,
      kind: 'joinLatest',
      streamKeyAt: 0,
      needsStreamKey: true,
      settings: { join: kind, ...(expiresAfter === undefined ? {} : { expiresAfter }) },
      state: withHidden(ONLY_SUB_KEYS, expiresAfter === undefined ? {} : { $until: timestamp() }),
      subKeys: {
        left: { kind: 'number', fields: withHidden(left.state, {}) },
        right: { kind: 'number', fields: withHidden(right.state, {}) },
      },
      isShared: false,
      writesState: false,
      emitsUpdates: true,
      takesRemovals: true,
      removes: [source, other].some((input) => plan.operatorOf(input)?.removes === true),
      options: { left, right, kind, ...(expiresAfter === undefined ? {} : { expiresAfter }) },
    };
    return plan.addOperator(node, source, other);
  };
}

/** What is kept of figures: what is stated, or what the fold directly before them keeps. */
function keptFigure<T, F extends Fields>(
  plan: PlanBuilder,
  operator: string,
  option: 'left' | 'right',
  input: Observable<T>,
  kept: Kept<T, F> | undefined,
): KeptNode {
  if (kept !== undefined) return { state: kept.state, select: kept.select };
  const fold = plan.operatorOf(input);
  if (fold?.writesState === true)
    return { state: visible(fold.state), select: ({ value }: { value: object }) => value };
  throw new StockafolioError(
    'ERR_PIPELINE_INVALID',
    `operator '${operator}' does not know what to keep of '${option}'`,
    {
      hint: `these are not directly what foldByKey or latestByKey gives: state it, such as ${option}: { state: Sum, select: ({ value }) => value }`,
    },
  );
}

/** The fields of a fold's state, without the operator's own. */
function visible({ name, fields, names }: RecordSchema): RecordSchema {
  const own = names.filter((field) => !field.startsWith('$'));
  return {
    ...{ name, names: own, check: undefined, initial: undefined },
    fields: Object.fromEntries(Object.entries(fields).filter(([field]) => own.includes(field))),
  };
}
