import type { Key, Stream } from '@stockafolio/core';
import type { AsyncMapping } from '@stockafolio/core/plan';
import { keyText } from '@stockafolio/core/ports';

/** A record on its way to a topic. */
export interface Leaving {
  /** What it is there. */
  readonly stream: Stream<unknown>;
  readonly key: Key;
  readonly value: Uint8Array;
  /** The time at which it counts as sent, epoch milliseconds: see `PipelineContext.received`. */
  readonly sent: number;
  /** Of a record for others to read; undefined if the topic is the pipeline's own. */
  readonly outward?: Outward | undefined;
  /** What makes it of `value`, if an asynchronous function does. */
  readonly mapping?: AsyncMapping | undefined;
}

/** What only a record has that others read. */
export interface Outward {
  /** What it replaces in a compacted topic; undefined if the topic is not compacted. */
  readonly replaces: Key | undefined;
  /** The version of a row that would be written at the same moment, in microseconds. */
  readonly version: number;
  /** Of what was removed: the event time at which it was, epoch milliseconds. The message has no value then. */
  readonly removedAt?: number | undefined;
  /** Whether that is because another value replaces it: if that has the same key, its message says so alone. */
  readonly isReplaced?: boolean;
}

/** The records that leave with the next commit; those of the current step, and of its current emission, can be undone. */
export class Outbox {
  #leaving: Leaving[] = [];
  #start = 0;
  #mark = 0;
  /** How many of the current emission are removed because others replace them. */
  #replaced = 0;

  get length(): number {
    return this.#leaving.length;
  }

  /** Begins a step. */
  begin(): void {
    this.#start = this.#leaving.length;
    this.mark();
  }

  /** Begins an emission within the step, which can be undone on its own. */
  mark(): void {
    this.#mark = this.#leaving.length;
    this.#replaced = 0;
  }

  push(leaving: Leaving): void {
    if (this.#replaced > 0) this.#dropReplaced(leaving);
    if (leaving.outward?.isReplaced === true) this.#replaced++;
    this.#leaving.push(leaving);
  }

  /** Drops the message that says that a value is removed, if this one replaces it. */
  #dropReplaced({ stream, outward }: Leaving): void {
    const key = keyTextOf(outward);
    for (let n = this.#leaving.length - 1; n >= this.#mark; n--) {
      const { stream: other, outward: removed } = this.#leaving[n] as Leaving;
      if (removed?.isReplaced !== true || other !== stream || keyTextOf(removed) !== key) continue;
      this.#leaving.splice(n, 1);
      this.#replaced--;
      return;
    }
  }

  /** Undoes the current emission. */
  rollbackToMark(): void {
    this.#leaving.length = this.#mark;
  }

  /** Undoes the current step. */
  rollback(): void {
    this.#leaving.length = this.#start;
  }

  /** Undoes the last steps: keeps only the first `length`. */
  rollbackTo(length: number): void {
    this.#leaving.length = length;
    this.begin();
  }

  /** Returns all of them, in order, and clears the list. */
  take(): readonly Leaving[] {
    const leaving = this.#leaving;
    this.#leaving = [];
    this.begin();
    return leaving;
  }
}

function keyTextOf(outward: Outward | undefined): string | undefined {
  return outward?.replaces === undefined ? undefined : keyText(outward.replaces);
}
