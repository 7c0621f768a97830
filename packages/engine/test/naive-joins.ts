import type { Item, Part } from '@stockafolio/conformance/random';

type Join = Extract<Part, { readonly kind: 'join' }>;
type Versions = Extract<Part, { readonly kind: 'versions' }>;

/** An item that a join holds; those of one list are in the order of their arrival. */
export interface Held {
  readonly side: 'left' | 'right';
  readonly key: readonly [string, string];
  readonly time: number;
  readonly value: Item;
  /** Whether it met one of the other side. */
  met: boolean;
  /** Whether it says that there is no version from its time on. */
  readonly isEnd?: boolean;
}

export interface Pair {
  readonly left: Item | undefined;
  readonly right: Item | undefined;
  readonly time: number;
}

const sameKey = (a: Held, b: Held): boolean => a.key.join() === b.key.join();
/** Sorts by time; the sort is stable, so of equal times the earlier arrival comes first. */
const byTime = (a: Held, b: Held): number => a.time - b.time;

/** How far what a join emits may be behind its time. */
export function lagOf({ before, after, lateness, join }: Join): number {
  return { inner: 0, left: after, right: before, outer: Math.max(before, after) }[join] + lateness;
}

/** The pairs of an item with those that are held, among which it is then; undefined if it is late. */
export function pairsWith({ before, after, lateness }: Join, held: Held[], own: Held, now: number): Pair[] | undefined {
  if (own.time + lateness < now) return undefined;
  const [earlier, later] = own.side === 'left' ? [before, after] : [after, before];
  const partners = held
    .filter((each) => each.side !== own.side && sameKey(each, own))
    .filter(({ time }) => own.time - earlier <= time && time <= own.time + later)
    .sort(byTime);
  held.push(own);
  for (const each of partners) each.met = own.met = true;
  return partners.map(({ value, time }) => ({
    ...(own.side === 'left' ? { left: own.value, right: value } : { left: value, right: own.value }),
    time: Math.max(own.time, time),
  }));
}

/** Removes the items that no item can meet any more; returns those that are emitted alone, in their order. */
export function takeAlone(part: Join, held: Held[], now: number): Held[] {
  const { before, after, lateness, join } = part;
  const alone: Held[] = [];
  for (const each of [...held]) {
    const isEmitted = !each.met && (join === 'outer' || join === each.side);
    const kept = isEmitted ? lagOf(part) : (each.side === 'left' ? after : before) + lateness;
    if (each.time + kept >= now) continue;
    held.splice(held.indexOf(each), 1);
    if (isEmitted) alone.push(each);
  }
  const order = ({ key, side }: Held): string => [...key, side].join('\u0000');
  return alone.sort((a, b) => byTime(a, b) || (order(a) < order(b) ? -1 : order(a) > order(b) ? 1 : 0));
}

/** When a version ceases to be valid. @param next the one after it, if there is one */
const endOf = ({ validFor = Number.POSITIVE_INFINITY }: Versions, time: number, next: Held | undefined): number =>
  Math.min(time + validFor, next?.time ?? Number.POSITIVE_INFINITY);

/** For how long it is remembered that there is none, in milliseconds. */
const REMEMBERED = 86_400_000;

/** Until when a version, or that there is none, can make a difference. */
const goneAt = (part: Versions, { time, isEnd = false }: Held, next: Held | undefined): number =>
  isEnd && next === undefined ? time + Math.max(part.keep, REMEMBERED) : endOf(part, time, next) + part.keep;

/** An item with the version of its time; nothing for a version, which is then held. Undefined if it is late. */
export function versionsFor(part: Versions, held: Held[], own: Held, now: number): Pair[] | undefined {
  const { keep, join } = part;
  const versions = held.filter((each) => sameKey(each, own)).sort(byTime);
  const next = versions.find(({ time }) => time > own.time);
  if (own.side === 'right') {
    // However old it is, it ends the version before it.
    if (goneAt(part, own, next) <= now && !(own.isEnd === true && next === undefined)) return undefined;
    held.push(own);
    return [];
  }
  if (own.time + keep < now) return undefined;
  const latest = versions.findLast(({ time }) => time <= own.time);
  const isValid = latest !== undefined && latest.isEnd !== true && own.time < endOf(part, latest.time, next);
  const valid = isValid ? latest : undefined;
  if (valid === undefined && join === 'inner') return [];
  return [{ left: own.value, right: valid?.value, time: own.time }];
}

/** Removes the versions that no item can need any more. */
export function dropVersions(part: Versions, held: Held[], now: number): void {
  for (const each of [...held]) {
    const next = held.filter((other) => sameKey(other, each) && other.time > each.time).sort(byTime)[0];
    if (goneAt(part, each, next) <= now) held.splice(held.indexOf(each), 1);
  }
}
