import type { GroupTarget } from '@stockafolio/core/ports';
import type { GroupBinding } from './group-target.js';

/**
 * The data that members of a group exchange beside topics and partitions, as JSON. Each member sends its target in its
 * subscription. The leader sends a refused member the reason in its assignment. Both store their binding with the
 * committed offsets, for later members.
 */

/**
 * Longest binding that every broker accepts with an offset, in bytes: `offset.metadata.max.bytes` defaults to 4,096.
 */
const LONGEST_BINDING = 4_096;

/** The leader's message to a member, sent with its partitions. */
export interface LeadersWord {
  /** What the group is bound to, if it is not the member's target. */
  readonly refusedFor?: GroupTarget;
}

export function encodeTarget(target: GroupTarget | undefined): Buffer {
  return target === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify({ target: plain(target) }));
}

/** The target that a member names; undefined for a member of an older version. */
export function decodeTarget(bytes: Uint8Array | undefined): GroupTarget | undefined {
  return targetOf(parsed(bytes)['target']);
}

export function encodeWord({ refusedFor }: LeadersWord): Buffer {
  return Buffer.from(JSON.stringify({ word: refusedFor === undefined ? 'admitted' : 'refused', target: refusedFor }));
}

/** The leader's message; undefined if the leader is of an older version. */
export function decodeWord(bytes: Uint8Array | undefined): LeadersWord | undefined {
  const { word, target } = parsed(bytes);
  const refusedFor = targetOf(target);
  if (word === 'refused' && refusedFor !== undefined) return { refusedFor };
  return word === 'admitted' ? {} : undefined;
}

/** The text to store with a committed offset; undefined if it would be too long for a broker. */
export function encodeBinding({ target, at }: GroupBinding): string | undefined {
  const { role, ids } = target;
  const text = JSON.stringify({ at, target: { role, ids } });
  return Buffer.byteLength(text) <= LONGEST_BINDING ? text : undefined;
}

/** The binding of a topic, from the texts stored with the offsets of its partitions; undefined if it is not bound. */
export function latestBinding(kept: readonly (string | null)[]): GroupBinding | undefined {
  let latest: GroupBinding | undefined;
  for (const text of kept) {
    const { at, target: named } = parsed(text ?? undefined);
    const target = targetOf(named);
    if (target !== undefined && typeof at === 'number' && at > (latest?.at ?? Number.NEGATIVE_INFINITY))
      latest = { target, at };
  }
  return latest;
}

function plain({ role, ids, takeGroup }: GroupTarget): GroupTarget {
  return { role, ids, ...(takeGroup === true ? { takeGroup } : {}) };
}

function targetOf(value: unknown): GroupTarget | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { role, ids, takeGroup } = value as Readonly<Record<string, unknown>>;
  if (typeof role !== 'string' || typeof ids !== 'object' || ids === null) return undefined;
  const named = Object.entries(ids).flatMap(([kind, id]) => (typeof id === 'string' ? [[kind, id] as const] : []));
  return { role, ids: Object.fromEntries(named), ...(takeGroup === true ? { takeGroup } : {}) };
}

/** Other programs may store anything there: data that is not an object of ours is ignored. */
function parsed(bytes: Uint8Array | string | undefined): Readonly<Record<string, unknown>> {
  if (bytes === undefined || bytes.length === 0) return {};
  try {
    const value: unknown = JSON.parse(typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
