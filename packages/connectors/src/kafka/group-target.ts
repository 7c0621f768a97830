import { createHash } from 'node:crypto';
import type { GroupTarget } from '@stockafolio/core/ports';

/** Longest id that is kept unchanged, in UTF-16 units. */
const LONGEST_ID = 300;

/** What a group is bound to for one topic, and since when: the latest binding counts. */
export interface GroupBinding {
  readonly target: GroupTarget;
  /** Rises with every change; epoch milliseconds if clocks are right. */
  readonly at: number;
}

/**
 * A member of a group that reads a topic. It has no target if it is of an older version, or its target is not
 * persistent.
 */
export interface Candidate {
  readonly member: string;
  readonly target: GroupTarget | undefined;
}

/** Which readers of a topic get partitions, and for which target; the others are refused. */
export interface Admission {
  readonly admitted: readonly string[];
  /** The target of the group from now on; undefined if no reader names its target. */
  readonly owner: GroupTarget | undefined;
}

/** Whether two concurrent members write the same targets: no id may differ. */
export function isSameTarget(a: GroupTarget, b: GroupTarget): boolean {
  const shared = Object.keys(a.ids).filter((kind) => kind in b.ids);
  if (a.role !== b.role || shared.some((kind) => a.ids[kind] !== b.ids[kind])) return false;
  return shared.length > 0 || (isUnnamed(a) && isUnnamed(b));
}

/**
 * Whether one member continues the work of another. Tables may have been rebuilt since, or checkpoints moved. One equal
 * id is enough, because tables and checkpoints that do not fit each other are rejected anyway.
 */
export function goesOnWith(left: GroupTarget, next: GroupTarget): boolean {
  if (left.role !== next.role) return false;
  return (
    Object.keys(left.ids).some((kind) => left.ids[kind] === next.ids[kind]) || (isUnnamed(left) && isUnnamed(next))
  );
}

/**
 * Decides which readers of a topic get partitions.
 *
 * Those whose target is the one the group is bound to, or continues it. If none of these runs: those that were told to
 * take the group. If the group is not bound yet: those with the leader's target, because the leader was there first.
 * Readers without a target get partitions only if no reader with one is admitted.
 *
 * @param leader the member that assigns the partitions
 */
export function admit(candidates: readonly Candidate[], bound: GroupBinding | undefined, leader: string): Admission {
  const named = candidates.flatMap(({ member, target }) => (target === undefined ? [] : [{ member, target }]));
  const going = bound === undefined ? named : named.filter(({ target }) => goesOnWith(bound.target, target));
  const taking = named.filter(({ target }) => target.takeGroup === true);
  const exact = going.filter(({ target }) => bound !== undefined && isSameTarget(bound.target, target));
  const eligible = [exact, going, taking].find((some) => some.length > 0) ?? [];
  const [first] = eligible.toSorted((a, b) => compare(sortKey(a.target), sortKey(b.target)));
  const owner = (eligible.find(({ member }) => member === leader) ?? first)?.target;
  const admitted =
    owner === undefined
      ? candidates.filter(({ target }) => target === undefined)
      : named.filter(({ target }) => isSameTarget(owner, target));
  return { admitted: admitted.map(({ member }) => member), owner: owner ?? bound?.target };
}

/** The ids in the short form that is stored with each offset, where space is limited. */
export function withShortIds(target: GroupTarget): GroupTarget {
  const ids = Object.entries(target.ids).map(([kind, id]) => [kind, id.length <= LONGEST_ID ? id : digestOf(id)]);
  return { ...target, ids: Object.fromEntries(ids) as GroupTarget['ids'] };
}

function digestOf(id: string): string {
  return `${id.slice(0, 100)}...${createHash('sha256').update(id).digest('hex')}`;
}

/** A target in words, with its ids. */
export function describeTarget({ role, ids }: GroupTarget): string {
  const things = Object.entries(ids).map(([kind, id]) => `${kind} ${id}`);
  return things.length === 0 ? role : `${role} (${things.join(', ')})`;
}

function isUnnamed({ ids }: GroupTarget): boolean {
  return Object.keys(ids).length === 0;
}

function sortKey({ role, ids }: GroupTarget): string {
  return JSON.stringify([role, Object.entries(ids).toSorted(([a], [b]) => compare(a, b))]);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
