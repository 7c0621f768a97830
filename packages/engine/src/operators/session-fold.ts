import type { Fields, FinalWindow, ObjectOf } from '@stockafolio/core';
import type { KeyTuple, OperatorLayout, SessionNodeOptions } from '@stockafolio/core/plan';
import type { SubKeys } from '@stockafolio/core/ports';
import type { Operator, Timers } from '../operator/operator.js';
import { EarlierRows } from './earlier-rows.js';
import { EarlyEmission } from './early-emission.js';
import { emitFinalWindows, type FinalFigure } from './final-windows.js';
import { beginState, type BeginState } from './first-record.js';
import { keyReader } from './key-reader.js';
import type { OperatorHost } from './operator-host.js';

/** The operator's own fields of a session. */
interface Hidden {
  /** The time of its last record and the gap, in epoch milliseconds. */
  $end: number;
  /** Changed since it was last emitted. */
  $pending: boolean;
}

const NONE = -1;

/**
 * Executes `sessionWindow`: the sessions of each key are its sub-keys, by their start. Kept sessions do not overlap, so
 * a record meets at most two, one after the other. Timers are those of sessions, not of keys.
 */
export class SessionFold<T, F extends Fields> implements Operator<T> {
  readonly #host: OperatorHost;
  readonly #options: SessionNodeOptions<T, F>;
  readonly #sessions: SubKeys;
  readonly #keyOf: (record: T) => KeyTuple;
  readonly #begin: BeginState<T> | undefined;
  readonly #closing: Timers;
  readonly #dropping: Timers;
  readonly #early: EarlyEmission;
  readonly #earlier: EarlierRows;

  constructor(host: OperatorHost, options: SessionNodeOptions<T, F>) {
    this.#host = host;
    this.#options = options;
    this.#sessions = host.state.subKeys('sessions');
    this.#keyOf = keyReader(options.key, `operator '${host.node.name}'`);
    this.#begin = beginState({ node: host.node, state: this.#sessions }, options);
    this.#closing = host.timers();
    this.#dropping = host.timers();
    this.#early = new EarlyEmission(host, options.emit, (below) =>
      this.#closing.forEach((session) => {
        if (this.#sessions.version(session) < below) this.#emitPending(session, 'early');
      }),
    );
    this.#earlier = new EarlierRows(host, {
      figure: (session) => this.#present(session),
      version: (session) => this.#sessions.version(session),
      isPartial: () => false,
    });
  }

  process(record: T): void {
    const host = this.#host;
    const { gap, allowedLateness, fold } = this.#options;
    const { time, watermark } = host.moment;
    const key = this.#keyOf(record);
    const until = time + gap + allowedLateness;
    if (until <= watermark && !this.#isWithin(key, time)) {
      host.late(until);
      return;
    }
    const slot = host.select(key);
    const session = this.#sessionOf(slot, record);
    const view = this.#sessions.at(session);
    (fold as (state: object, record: T) => unknown)(view, record);
    const end = this.#hidden(session).$end;
    this.#hidden(session).$pending = true;
    this.#dropping.move(end + allowedLateness, session, host.moment.record);
    if (this.#early.isFinalOnly) return;
    if (end > watermark) this.#closing.move(end, session, host.moment.record);
    else this.#emit(session);
  }

  advance(watermark: number): void {
    if (this.#closing.next <= watermark)
      this.#closing.take(watermark, (session) => this.#emitPending(session, 'close'));
    this.#early.advance(watermark);
    if (this.#dropping.next > watermark) return;
    const windows: FinalFigure[] = [];
    this.#dropping.take(watermark, (session) => windows.push({ figure: this.#figure(session), slot: session }));
    if (this.#host.finals === undefined) for (const { slot } of windows) this.#drop(slot);
    else emitFinalWindows(this.#host, windows, false, (session) => this.#drop(session));
  }

  rollback(record: number): void {
    this.#earlier.rollback(record);
  }

  flush(): void {
    this.#closing.forEach((session) => this.#emitPending(session, 'lull'));
  }

  collect(): boolean {
    this.#earlier.collect();
    return this.#early.collect();
  }

  restored(saved: OperatorLayout | undefined): void {
    const wasFinalOnly = this.#early.restored(saved);
    const { state, context } = this.#host;
    const sessions = this.#sessions;
    state.forEachLive((slot) => {
      for (let each = sessions.first(slot); each !== NONE; each = sessions.next(each)) {
        const end = this.#hidden(each).$end;
        const { $pending } = this.#hidden(each);
        const isOpen = end > context.watermark || (wasFinalOnly && $pending);
        this.#earlier.loaded(each, $pending);
        if (isOpen && !this.#early.isFinalOnly) this.#closing.add(end, each, -1);
        this.#dropping.add(end + this.#options.allowedLateness, each, -1);
      }
    });
  }

  /** Whether a kept session of this key has begun at a time, and not ended yet. */
  #isWithin(key: KeyTuple, time: number): boolean {
    const slot = this.#host.state.find(key);
    const met = slot === NONE ? NONE : this.#firstMet(slot, time);
    return met !== NONE && this.#startOf(met) <= time;
  }

  /** The first of the sessions that a record of this time belongs to or joins. */
  #firstMet(slot: number, time: number): number {
    const sessions = this.#sessions;
    const next = sessions.from(slot, time);
    const before = next === NONE ? sessions.last(slot) : sessions.previous(next);
    if (before !== NONE && this.#hidden(before).$end > time) return before;
    return this.#isBefore(next, time + this.#options.gap) ? next : NONE;
  }

  #isBefore(session: number, time: number): boolean {
    return session !== NONE && this.#startOf(session) < time;
  }

  /** The session of a record: a new one, or the first that it meets, with the next one if it joins both. */
  #sessionOf(slot: number, record: T): number {
    const sessions = this.#sessions;
    const { time } = this.#host.moment;
    const end = time + this.#options.gap;
    const first = this.#firstMet(slot, time);
    let session: number;
    if (first === NONE) {
      session = this.#enter(slot, time);
      this.#earlier.begin(session);
      this.#hidden(session).$end = end;
      this.#begin?.(record);
    } else if (this.#startOf(first) <= time) {
      this.#earlier.change(first, this.#hidden(first).$pending);
      session = this.#enter(slot, this.#startOf(first));
    } else {
      session = this.#moveStart(slot, first, time);
    }
    // It meets no third session: each is as long as the gap, or longer.
    const next = sessions.next(session);
    if (this.#isBefore(next, end)) this.#join(session, next);
    this.#extend(session, end);
    return session;
  }

  /** A session of a key by its start, which the record changes. */
  #enter(slot: number, start: number): number {
    const { record, version } = this.#host.moment;
    return this.#sessions.upsert(slot, start, record, version);
  }

  #moveStart(slot: number, session: number, start: number): number {
    const { value, window } = this.#remove(session);
    const moved = this.#enter(slot, start);
    this.#earlier.begin(moved);
    Object.assign(this.#sessions.cursor, value);
    this.#hidden(moved).$end = window.end;
    return moved;
  }

  #join(session: number, later: number): void {
    const { value, window } = this.#remove(later);
    (this.#options.merge as (into: object, from: object) => unknown)(this.#sessions.at(session), value);
    this.#extend(session, window.end);
  }

  #extend(session: number, end: number): void {
    const hidden = this.#hidden(session);
    if (end > hidden.$end) hidden.$end = end;
  }

  /**
   * Removes a session that the record has joined to another, or moved, and the rows that were made of it; returns what it
   * was. It always says so: a killed run may have written them.
   */
  #remove(session: number): FinalWindow<KeyTuple, ObjectOf<F>> {
    const host = this.#host;
    const { record } = host.moment;
    const figure = this.#figure(session);
    if (host.isObserved) host.emitFigure({ ...figure, isRemoved: true }, { isRemoved: true });
    this.#earlier.removed(session);
    this.#closing.remove(session, record);
    this.#dropping.remove(session, record);
    this.#sessions.remove(session, record);
    return figure;
  }

  /** Drops a session that is final, and its key with the last one. */
  #drop(session: number): void {
    if (this.#early.isFinalOnly) this.#emitPending(session, 'close');
    this.#earlier.forget(session);
    const slot = this.#sessions.above(session);
    this.#sessions.remove(session);
    if (this.#sessions.count(slot) === 0) this.#host.state.remove(slot);
  }

  /** @param when at `close` it is the last time: a failure is then not retried */
  #emitPending(session: number, when: 'close' | 'lull' | 'early'): void {
    if (!this.#hidden(session).$pending) return;
    if (when !== 'close') this.#host.context.hasEmittedEarly = true;
    if (!this.#emit(session, when === 'early') && when !== 'close') this.#hidden(session).$pending = true;
  }

  /** Emits a session, with the version of the record that changed it last, whenever it is emitted. */
  #emit(session: number, isEarly = false): boolean {
    this.#hidden(session).$pending = false;
    const figure = this.#present(session);
    const options = { version: this.#sessions.version(session) };
    const isEmitted = isEarly ? this.#host.emitEarly(figure, options) : this.#host.emitFigure(figure, options);
    this.#earlier.emitted(session);
    return isEmitted;
  }

  #present(session: number): object {
    return { ...this.#figure(session), isRemoved: false };
  }

  #figure(session: number): FinalWindow<KeyTuple, ObjectOf<F>> {
    const { state } = this.#host;
    const window = { start: this.#startOf(session), end: this.#hidden(session).$end };
    const key = state.key(this.#sessions.above(session));
    return { window, key, value: this.#sessions.at(session).$copy() as ObjectOf<F> };
  }

  #startOf(session: number): number {
    return this.#sessions.key(session) as number;
  }

  #hidden(session: number): Hidden {
    return this.#sessions.at(session) as unknown as Hidden;
  }
}
