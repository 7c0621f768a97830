import { createHash } from 'node:crypto';
import type { GroupTarget } from '@stockafolio/core/ports';

/** Longest id that is kept as it is, in UTF-16 units. */
const LONGEST_ID = 300;

/** What a group is bound to for one topic, and since when: the latest counts. */
export interface GroupBinding {
  readonly target: GroupTarget;
  /** Rises with every change; epoch milliseconds where clocks are right. */
  readonly at: number;
}

/** A member of a group that reads a topic; without a target where it is of an older version, or reads for nothing lasting. */
export interface Candidate {
  readonly member: string;
  readonly target: GroupTarget | undefined;
}

/** Who of a topic's readers is given partitions, and what for; the others are refused. */
export interface Admission {
  readonly admitted: readonly string[];
  /** What the group is bound to from now on; undefined where no reader says what it reads for. */
  readonly owner: GroupTarget | undefined;
}

/** Whether two that run at once write the same things: no id may differ. */
export function isSameTarget(a: GroupTarget, b: GroupTarget): boolean {
  const shared = Object.keys(a.ids).filter((kind) => kind in b.ids);
  if (a.role !== b.role || shared.some((kind) => a.ids[kind] !== b.ids[kind])) return false;
  return shared.length > 0 || (isUnnamed(a) && isUnnamed(b));
}

/**
 * Whether one goes on with what another has left. Tables may have been made anew since, or checkpoints moved: one id is
 * enough, as tables and checkpoints that do not fit each other are refused by themselves.
 */
export function goesOnWith(left: GroupTarget, next: GroupTarget): boolean {
  if (left.role !== next.role) return false;
  return (
    Object.keys(left.ids).some((kind) => left.ids[kind] === next.ids[kind]) || (isUnnamed(left) && isUnnamed(next))
  );
}

/**
 * Decides who of the readers of a topic is given partitions.
 *
 * Those of the target to which the group is bound, or of one that goes on with it; where none of these runs, those who were
 * told to take the group. A group
 * that is not bound yet is its leader's, who was there first. Who names no target is given partitions only where no one is
 * admitted that does.
 *
 * @param leader the member that shares out
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

/** Ids that are kept beside each offset, where there is little room. */
export function withShortIds(target: GroupTarget): GroupTarget {
  const ids = Object.entries(target.ids).map(([kind, id]) => [kind, id.length <= LONGEST_ID ? id : digestOf(id)]);
  return { ...target, ids: Object.fromEntries(ids) as GroupTarget['ids'] };
}

function digestOf(id: string): string {
  return `${id.slice(0, 100)}...${createHash('sha256').update(id).digest('hex')}`;
}

/** Words for a target, with its ids. */
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
