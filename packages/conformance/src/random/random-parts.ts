import fc from 'fast-check';
import type { JoinKind, WindowEmission } from '@stockafolio/core';

/** What flows between the operators of random plans. */
export interface Item {
  readonly user: string;
  readonly item: string;
  readonly amount: number;
  /** The event time that it has behind a repartition. */
  readonly time: number;
}

export type ByUser = readonly ['user'] | readonly ['user', 'item'];

/** Joins the flow with some of its own records, or with the records of a stream at the root of the plan. */
interface JoinPart {
  readonly key: ByUser;
  readonly isWithRoot: boolean;
  readonly next: readonly Part[];
}

/** Partitions the flow anew by one of its fields. */
interface RepartitionPart {
  readonly kind: 'repartition';
  /** The field that is the user from then on. */
  readonly by: 'user' | 'item' | 'amount';
  /** Whether odd and even amounts go through repartitions of their own, and are merged behind them. */
  readonly isSplit: boolean;
  /** Defaults to what the library finds. */
  readonly outOfOrderness: number | undefined;
  readonly next: readonly Part[];
}

/** A part of a random plan: what it makes of the flow that it is given, and the parts behind it. */
export type Part =
  | RepartitionPart
  | { readonly kind: 'map'; readonly factor: number; readonly next: readonly Part[] }
  | { readonly kind: 'filter' | 'split'; readonly not: number; readonly next: readonly Part[] }
  | { readonly kind: 'distinct'; readonly key: ByUser; readonly within: number; readonly next: readonly Part[] }
  | { readonly kind: 'fold'; readonly key: ByUser; readonly fails: number; readonly next: readonly Part[] }
  | { readonly kind: 'figures'; readonly key: ByUser; readonly isSharded: boolean }
  | { readonly kind: 'rank'; readonly k: number }
  /** The last item of each key, as it comes. */
  | { readonly kind: 'rows' }
  | { readonly kind: 'latest'; readonly isInner: boolean }
  | {
      /** What a changelog has now: its values, figures of them, or both beside figures of the flow. */
      readonly kind: 'current';
      readonly as: 'rows' | 'figures' | 'inner' | 'outer';
      /** Of the values, those that have no row. */
      readonly not: number;
    }
  | (JoinPart & {
      readonly kind: 'join';
      readonly before: number;
      readonly after: number;
      readonly lateness: number;
      readonly join: JoinKind;
    })
  | (JoinPart & {
      readonly kind: 'versions';
      /** Whether the versions are those of the changelog. */
      readonly isOfChanges: boolean;
      readonly keep: number;
      readonly validFor: number | undefined;
      readonly join: 'inner' | 'left';
    })
  | {
      /** With a broadcast stream, by a key that is not the stream's own. */
      readonly kind: 'rules';
      readonly by: 'item' | 'amount';
      readonly join: 'inner' | 'left';
      readonly next: readonly Part[];
    }
  | {
      readonly kind: 'process';
      readonly key: ByUser;
      readonly wait: number;
      readonly fails: number;
      /** Which of its keys a record of the broadcast stream changes: those of its own item or user, or all. */
      readonly ruled: 'none' | 'own' | 'all';
      /** Behind all that it emits. */
      readonly next: readonly Part[];
      /** Behind what timers emit. */
      readonly behindTimers: readonly Part[];
    }
  | {
      readonly kind: 'window';
      readonly key: ByUser;
      readonly step: number;
      readonly overlap: number;
      readonly lateness: number;
      readonly emit: WindowEmission;
      readonly next: readonly Part[];
    }
  | {
      readonly kind: 'session';
      readonly key: ByUser;
      readonly gap: number;
      readonly lateness: number;
      readonly emit: WindowEmission;
      readonly next: readonly Part[];
    }
  | {
      readonly kind: 'sliding';
      readonly key: ByUser;
      readonly size: number;
      readonly lateness: number;
      readonly next: readonly Part[];
    }
  | {
      readonly kind: 'count';
      readonly key: ByUser;
      readonly size: number;
      readonly slide: number;
      readonly next: readonly Part[];
    };

const keys = fc.constantFrom<ByUser>(['user'], ['user', 'item']);

const emissions = fc.constantFrom<WindowEmission>('at close', 'final only', { every: 700 }, { everyMs: 1 });

/** Random plans: parts in a row and beside each other. */
export const anyParts = partsOf({ others: false, repartitions: false });
/** The same of several streams, of which one is broadcast and one a changelog. */
export const anyPartsOfMany = partsOf({ others: true, repartitions: false });
/** The same with repartitions, at least one of them. */
export const anyPartsInStages = partsOf({ others: true, repartitions: true }).filter((parts) => parts.some(isDivided));

/** Whether a part, or one behind it, is a repartition. */
function isDivided(part: Part): boolean {
  return part.kind === 'repartition' || behindOf(part).some(isDivided);
}

/** The names of the parts of a kind: they are numbered depth first, and tables and operators are named after them. */
export function namesOf(parts: readonly Part[], kind: Part['kind']): ReadonlySet<string> {
  const names = new Set<string>();
  let number = 0;
  const visit = (part: Part): void => {
    const name = `n${number++}`;
    if (part.kind === kind) names.add(name);
    behindOf(part).forEach(visit);
  };
  parts.forEach(visit);
  return names;
}

function behindOf(part: Part): readonly Part[] {
  return [...('next' in part ? part.next : []), ...('behindTimers' in part ? part.behindTimers : [])];
}

/** Whether more than functions are behind a flow. */
function isRead(next: readonly Part[]): boolean {
  return next.some((part) => {
    if (part.kind === 'map' || part.kind === 'filter' || part.kind === 'split') return isRead(part.next);
    return part.kind !== 'current' || part.as === 'inner' || part.as === 'outer';
  });
}

function partsOf(has: { readonly others: boolean; readonly repartitions: boolean }): fc.Arbitrary<readonly Part[]> {
  return fc
    .letrec<{ parts: readonly Part[]; distinct: Part; process: Part; repartition: Part; part: Part }>((tie) => ({
      parts: fc.array(tie('part'), { minLength: 0, maxLength: 2, depthIdentifier: 'plan' }),
      // Behind windows it tells whether time moves on between final values.
      distinct: fc.record({
        kind: fc.constant('distinct' as const),
        key: keys,
        within: fc.constantFrom(1_000, 5_000),
        next: tie('parts'),
      }),
      process: fc.record({
        kind: fc.constant('process' as const),
        key: keys,
        wait: fc.constantFrom(700, 2_000, 5_000),
        fails: fc.constantFrom(-1, 3, 13),
        ruled: has.others
          ? fc.constantFrom('none' as const, 'own' as const, 'own' as const, 'all' as const)
          : fc.constant('none' as const),
        next: tie('parts'),
        behindTimers: tie('parts'),
      }),
      repartition: fc.record({
        ...{ kind: fc.constant('repartition' as const), by: fc.constantFrom('user', 'item', 'item', 'amount') },
        isSplit: fc.oneof({ arbitrary: fc.constant(false), weight: 3 }, { arbitrary: fc.constant(true), weight: 1 }),
        outOfOrderness: fc.constantFrom(undefined, undefined, 0, 4_000),
        // What nothing reads is refused.
        next: tie('parts').map((next) => (isRead(next) ? next : [...next, { kind: 'rows' as const }])),
      }),
      part: fc.oneof(
        { depthIdentifier: 'plan', maxDepth: 4, withCrossShrink: true },
        fc.record({ kind: fc.constant('figures' as const), key: keys, isSharded: fc.boolean() }),
        fc.record({ kind: fc.constant('rank' as const), k: fc.integer({ min: 1, max: 3 }) }),
        fc.record({
          kind: fc.constant('fold' as const),
          key: keys,
          fails: fc.constantFrom(-1, 3, 13),
          next: tie('parts'),
        }),
        fc.record({
          kind: fc.constant('window' as const),
          key: keys,
          step: fc.constantFrom(1_000, 2_500),
          overlap: fc.constantFrom(1, 1, 2),
          lateness: fc.constantFrom(0, 1_500),
          emit: emissions,
          next: fc.oneof(tie('parts'), fc.tuple(tie('distinct')), fc.tuple(tie('process'))),
        }),
        fc.record({
          kind: fc.constant('session' as const),
          key: keys,
          gap: fc.constantFrom(700, 2_500),
          lateness: fc.constantFrom(0, 1_500),
          emit: emissions,
          next: fc.oneof(tie('parts'), fc.tuple(tie('distinct'))),
        }),
        fc.record({
          kind: fc.constant('sliding' as const),
          key: keys,
          size: fc.constantFrom(900, 4_000),
          lateness: fc.constantFrom(0, 1_500),
          next: tie('parts'),
        }),
        fc.record({
          kind: fc.constant('count' as const),
          key: keys,
          size: fc.constantFrom(2, 3),
          slide: fc.constantFrom(1, 2),
          next: tie('parts'),
        }),
        {
          arbitrary: fc.record({
            ...{ kind: fc.constant('rules' as const), by: fc.constantFrom('item' as const, 'amount' as const) },
            join: fc.constantFrom('inner' as const, 'left' as const),
            next: tie('parts'),
          }),
          weight: has.others ? 3 : 0,
        },
        {
          arbitrary: fc.record({
            ...{ kind: fc.constant('current' as const), not: fc.integer({ min: 0, max: 4 }) },
            as: fc.constantFrom('rows' as const, 'figures' as const, 'inner' as const, 'outer' as const),
          }),
          weight: has.others ? 3 : 0,
        },
        { arbitrary: tie('repartition'), weight: has.repartitions ? 7 : 0 },
        tie('distinct'),
        { arbitrary: tie('process'), weight: has.others ? 3 : 1 },
        fc.record({ kind: fc.constant('latest' as const), isInner: fc.boolean() }),
        fc.record({
          ...{ kind: fc.constant('join' as const), key: keys, isWithRoot: fc.boolean() },
          ...{ before: fc.constantFrom(0, 2_000), after: fc.constantFrom(0, 500, 3_000) },
          ...{
            lateness: fc.constantFrom(0, 1_500),
            join: fc.constantFrom<JoinKind>('inner', 'left', 'right', 'outer'),
          },
          next: fc.oneof(tie('parts'), fc.tuple(tie('distinct'))),
        }),
        fc
          .record({
            ...{ kind: fc.constant('versions' as const), key: keys, isWithRoot: fc.boolean() },
            ...{ keep: fc.constantFrom(0, 2_000), validFor: fc.constantFrom(undefined, 1_500, 6_000) },
            join: fc.constantFrom('inner' as const, 'left' as const),
            isOfChanges: has.others ? fc.boolean() : fc.constant(false),
            next: tie('parts'),
          })
          .map((part) => (part.isOfChanges ? { ...part, key: ['user', 'item'] as const, isWithRoot: false } : part)),
        fc.record({ kind: fc.constant('map' as const), factor: fc.integer({ min: 2, max: 3 }), next: tie('parts') }),
        fc.record({
          kind: fc.constantFrom('filter' as const, 'split' as const),
          not: fc.integer({ min: 1, max: 5 }),
          next: tie('parts'),
        }),
      ),
    }))
    .parts.filter((parts) => parts.length > 0);
}
