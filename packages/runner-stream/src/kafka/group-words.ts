import type { GroupTarget } from '@stockafolio/core/ports';
import type { GroupBinding } from './group-target.js';

/**
 * What members of a group tell each other beside topics and partitions, as JSON: each its target in its subscription, the
 * leader who is refused in the assignments, and both, for those who come later, their binding beside committed offsets.
 */

/** Longest of these that every broker takes beside an offset, in bytes: `offset.metadata.max.bytes` defaults to 4,096. */
const LONGEST_BINDING = 4_096;

/** What the leader says to a member with its partitions. */
export interface LeadersWord {
  /** What the group is bound to, where that is not what the member reads for. */
  readonly refusedFor?: GroupTarget;
}

export function encodeTarget(target: GroupTarget | undefined): Buffer {
  return target === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify({ target: plain(target) }));
}

/** The target that a member names; undefined for one of an older version. */
export function decodeTarget(bytes: Uint8Array | undefined): GroupTarget | undefined {
  return targetOf(parsed(bytes)['target']);
}

export function encodeWord({ refusedFor }: LeadersWord): Buffer {
  return Buffer.from(JSON.stringify({ word: refusedFor === undefined ? 'admitted' : 'refused', target: refusedFor }));
}

/** What the leader said; undefined where it is of an older version. */
export function decodeWord(bytes: Uint8Array | undefined): LeadersWord | undefined {
  const { word, target } = parsed(bytes);
  const refusedFor = targetOf(target);
  if (word === 'refused' && refusedFor !== undefined) return { refusedFor };
  return word === 'admitted' ? {} : undefined;
}

/** What is kept beside a committed offset; undefined where it would be too long for a broker. */
export function encodeBinding({ target, at }: GroupBinding): string | undefined {
  const { role, ids } = target;
  const text = JSON.stringify({ at, target: { role, ids } });
  return Buffer.byteLength(text) <= LONGEST_BINDING ? text : undefined;
}

/** The binding of a topic, by what is kept beside the offsets of its partitions; undefined where it is not bound. */
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

/** Programs of others keep there what they like: what is no object of ours says nothing. */
function parsed(bytes: Uint8Array | string | undefined): Readonly<Record<string, unknown>> {
  if (bytes === undefined || bytes.length === 0) return {};
  try {
    const value: unknown = JSON.parse(typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
