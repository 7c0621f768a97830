import { days, type Joined } from '@stockafolio/core';
import type { JoinAsOfNodeOptions, KeyTuple } from '@stockafolio/core/plan';
import type { ChangeFacts, SubKeys } from '@stockafolio/core/ports';
import type { Operator, Timers } from '../operator/operator.js';
import { keeper } from './kept-rows.js';
import { keyReader } from './key-reader.js';
import { isOutdated, type LastChange, noteChange } from './last-change.js';
import type { OperatorHost } from './operator-host.js';

/** A version of a changelog. */
interface Ended {
  /** Whether it says that there is none from its time on. */
  $removed: boolean;
}

/** How long a removal is remembered, in milliseconds of event time: by its version repeats of earlier changes are told. */
const REMEMBERED = days(1);

/** Executes `joinAsOf`: keeps versions below their key by event time, as long as records may come that need them. */
export class JoinAsOf implements Operator<unknown> {
  readonly #host: OperatorHost;
  readonly #keyOf: (record: unknown) => KeyTuple;
  readonly #otherKeyOf: (version: unknown) => KeyTuple;
  readonly #keepVersion: (version: unknown) => void;
  readonly #versions: SubKeys;
  readonly #keep: number;
  readonly #validFor: number;
  readonly #emitsAlone: boolean;
  readonly #hasRemovals: boolean;
  /**
   * When the earliest version of each key may be dropped. No record finds it then: one that would is late, and so is a
   * version that is older than the next.
   */
  readonly #dropping: Timers;

  constructor(host: OperatorHost, options: JoinAsOfNodeOptions) {
    const { key, otherKey, right, keep, validFor, kind, hasRemovals } = options;
    this.#host = host;
    this.#keyOf = keyReader(key, `operator '${host.node.name}', left`);
    this.#otherKeyOf = keyReader(otherKey, `operator '${host.node.name}', right`);
    this.#versions = host.state.subKeys('versions');
    this.#keepVersion = keeper(`operator '${host.node.name}'`, this.#versions, right);
    this.#keep = keep;
    this.#validFor = validFor;
    this.#emitsAlone = kind === 'left';
    this.#hasRemovals = hasRemovals;
    this.#dropping = host.unseenTimers();
  }

  process(record: unknown): void {
    const host = this.#host;
    const { time } = host.moment;
    if (time + this.#keep < host.watermark) {
      host.late(time + this.#keep, host.watermark);
      return;
    }
    const key = this.#keyOf(record);
    host.checkPartition(key);
    const valid = this.#validAt(host.state.find(key), time);
    if (valid < 0 && !this.#emitsAlone) return;
    const right = valid < 0 ? undefined : this.#versions.at(valid).$copy();
    const joined: Joined<KeyTuple, unknown, object | undefined> = { key, left: record, right, time };
    host.emitAt(joined, time);
  }

  processOther(version: unknown): void {
    const host = this.#host;
    const versions = this.#versions;
    const { time, record: number, version: rowVersion } = host.moment;
    const key = this.#otherKeyOf(version);
    if (this.#hasRemovals) this.#forget(host.state.find(key), number);
    const known = host.state.find(key);
    const change = version as ChangeFacts;
    const last = host.state.cursor as unknown as LastChange;
    if (this.#hasRemovals && known >= 0 && isOutdated(change, last)) return;
    const isRemoval = this.#hasRemovals && change.$removed === true;
    const next = known < 0 ? -1 : versions.from(known, time + 1);
    const until = this.#until(time, next, isRemoval);
    // However old a removal is, it ends the version before it.
    if (until <= host.watermark && !(isRemoval && next < 0)) {
      host.late(until, host.watermark);
      return;
    }
    const slot = host.select(key);
    if (this.#hasRemovals) noteChange(change, last);
    versions.upsert(slot, time, number, rowVersion);
    if (this.#hasRemovals) (versions.cursor as unknown as Ended).$removed = isRemoval;
    if (!isRemoval) this.#keepVersion(version);
    const due = this.#drop(slot, host.watermark, number);
    if (due < Number.POSITIVE_INFINITY) this.#dropping.move(due, slot, number);
    else if (versions.first(slot) < 0) host.remove(slot);
  }

  /** Drops what no record needs before one asks whether a change is a repeat: batches of records may end later. */
  #forget(slot: number, record: number): void {
    if (slot < 0) return;
    this.#drop(slot, this.#host.watermark, record);
    if (this.#versions.first(slot) < 0) this.#host.remove(slot);
  }

  advance(watermark: number): void {
    this.#dropping.take(watermark, (slot) => {
      const due = this.#drop(slot, watermark);
      if (due < Number.POSITIVE_INFINITY) this.#dropping.add(due, slot, -1);
      else if (this.#versions.first(slot) < 0) this.#host.state.remove(slot);
    });
  }

  restored(): void {
    this.#host.state.forEachLive((slot) => {
      const due = this.#due(slot);
      if (due < Number.POSITIVE_INFINITY) this.#dropping.add(due, slot, -1);
    });
  }

  /** The latest version at or before a time, if it is still valid then; -1 if there is none. */
  #validAt(slot: number, time: number): number {
    if (slot < 0) return -1;
    const versions = this.#versions;
    const next = versions.from(slot, time + 1);
    const latest = next < 0 ? versions.last(slot) : versions.previous(next);
    if (latest < 0 || time >= (versions.key(latest) as number) + this.#validFor) return -1;
    return this.#isEnd(latest) ? -1 : latest;
  }

  /** Whether a version says that there is none from its time on. */
  #isEnd(version: number): boolean {
    return this.#hasRemovals && (this.#versions.at(version) as unknown as Ended).$removed;
  }

  /**
   * The watermark from which on no record finds a version of this time, or needs to know that there is none.
   *
   * @param next the version after it, or -1
   */
  #until(time: number, next: number, isEnd: boolean): number {
    if (isEnd && next < 0) return time + Math.max(this.#keep, REMEMBERED);
    const superseded = next < 0 ? Number.POSITIVE_INFINITY : (this.#versions.key(next) as number);
    return Math.min(superseded, time + this.#validFor) + this.#keep;
  }

  /**
   * Drops the versions of a key that no record needs, for a record or for good.
   *
   * @returns when the earliest of the others is to be dropped
   */
  #drop(slot: number, watermark: number, record?: number): number {
    const versions = this.#versions;
    let due = this.#due(slot);
    for (; due <= watermark; due = this.#due(slot)) versions.remove(versions.first(slot), record);
    return due;
  }

  /** The watermark at which the earliest version of a key is to be dropped; infinity if it is kept, or there is none. */
  #due(slot: number): number {
    const versions = this.#versions;
    const first = versions.first(slot);
    if (first < 0) return Number.POSITIVE_INFINITY;
    return this.#until(versions.key(first) as number, versions.next(first), this.#isEnd(first));
  }
}
