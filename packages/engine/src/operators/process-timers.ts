import { StockafolioError, type Timer } from '@stockafolio/core';
import { timerField } from '@stockafolio/core/plan';
import type { DueBook } from '../timers/due-book.js';
import type { OperatorHost } from './operator-host.js';
import type { ProcessTurn } from './process-turn.js';

/** A timer of some key that is to fire. */
export interface Due {
  /** The number of its name. */
  readonly n: number;
  readonly slot: number;
  /** In epoch milliseconds. */
  readonly time: number;
}

const NONE: readonly Due[] = [];

/** The timers of `processByKey`. Their times are fields of the state; the books, which find what is due, follow them. */
export class ProcessTimers {
  readonly #host: OperatorHost;
  readonly #names: readonly string[];
  readonly #fields: readonly string[];
  readonly #books: readonly DueBook[];
  /** By name, the timers of the current key. */
  readonly ofKey: Readonly<Record<string, Timer>>;

  constructor(host: OperatorHost, turn: ProcessTurn, names: readonly string[]) {
    this.#host = host;
    this.#names = names;
    this.#fields = names.map(timerField);
    this.#books = names.map(() => host.timers());
    this.ofKey = Object.fromEntries(names.map((name, n) => [name, this.#timer(turn, n)]));
  }

  /** When a timer of the slot that the cursor is on fires. */
  #at(n: number): number | undefined {
    return this.#cursor[this.#fields[n] as string];
  }

  #put(n: number, time: number | undefined): void {
    this.#cursor[this.#fields[n] as string] = time;
  }

  get #cursor(): Record<string, number | undefined> {
    return this.#host.fields as Record<string, number | undefined>;
  }

  #timer(turn: ProcessTurn, n: number): Timer {
    const at = (): number | undefined => {
      turn.check();
      return this.#at(n);
    };
    const book = this.#books[n] as DueBook;
    return {
      get at() {
        return at();
      },
      set: (time) => {
        const { slot, watermark, record } = turn;
        const to = Math.max(this.#checked(n, time), watermark + 1);
        if (this.#at(n) === to) return;
        this.#put(n, to);
        book.move(to, slot, record);
      },
      cancel: () => {
        const { slot, record } = turn;
        if (this.#at(n) === undefined) return;
        this.#put(n, undefined);
        book.remove(slot, record);
      },
    };
  }

  #checked(n: number, time: number): number {
    const whole = Math.floor(time);
    if (Number.isSafeInteger(whole)) return whole;
    throw new StockafolioError(
      'ERR_BAD_RECORD',
      `operator '${this.#host.node.name}': timer '${this.#names[n]}' was set to ${String(time)}, which is not a time`,
      { hint: 'set it to epoch milliseconds of event time; to stop it, cancel it' },
    );
  }

  name(n: number): string {
    return this.#names[n] as string;
  }

  /**
   * Takes the timers of the earliest time at or before the watermark, ordered by key and by name. None if none is due.
   */
  take(watermark: number): readonly Due[] {
    for (let time = this.next; time <= watermark; time = this.next) {
      const due: Due[] = [];
      this.#books.forEach((book, n) => book.take(time, (slot) => due.push({ n, slot, time })));
      if (due.length > 1) due.sort((a, b) => this.#compareKeys(a.slot, b.slot) || a.n - b.n);
      // Only moved timers were listed at that time, if none is due.
      if (due.length > 0) return due;
    }
    return NONE;
  }

  /** A time before which none is due, in epoch milliseconds. */
  get next(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const book of this.#books) next = Math.min(next, book.next);
    return next;
  }

  #compareKeys(a: number, b: number): number {
    const { state } = this.#host;
    const parts = state.keyKinds?.length ?? 0;
    for (let part = 0; part < parts; part++) {
      const order = state.comparePart(part, a, b);
      if (order !== 0) return order;
    }
    return 0;
  }

  /**
   * Whether a timer that was taken is still to fire: another one of its key may have moved or cancelled it, or removed
   * the key.
   */
  isSet({ n, slot, time }: Due): boolean {
    const { state } = this.#host;
    if (!state.isLive(slot)) return false;
    state.at(slot);
    return this.#at(n) === time;
  }

  /** Unsets a timer that fires, for good: also if what it does fails. */
  consume({ n, slot }: Due): void {
    const { state, moment } = this.#host;
    state.upsert(state.key(slot), moment.record, moment.version);
    this.#put(n, undefined);
  }

  /** Finds the timers again after the state was loaded. */
  restore(): void {
    const { state } = this.#host;
    state.forEachLive((slot) => {
      state.at(slot);
      this.#books.forEach((book, n) => {
        const time = this.#at(n);
        if (time !== undefined) book.add(time, slot, -1);
      });
    });
  }
}
