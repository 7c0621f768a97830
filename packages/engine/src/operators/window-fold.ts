import {
  type Fields,
  type FinalWindow,
  type Key,
  type ObjectOf,
  StockafolioError,
  type Windower,
} from '@stockafolio/core';
import { instantiate } from '@stockafolio/core/compile';
import type { KeyTuple, OperatorLayout, WindowNodeOptions } from '@stockafolio/core/plan';
import { beginsWith } from '../flow/begins-with.js';
import type { PipelineContext } from '../flow/context.js';
import type { KeyEntry, State, StateView } from '@stockafolio/core/ports';
import type { DueBook } from '../timers/due-book.js';
import { BatchOperator, type Process } from './batch-operator.js';
import { EarlierRows } from './earlier-rows.js';
import { EarlyEmission } from './early-emission.js';
import { emitFinalWindows, type FinalFigure } from './final-windows.js';
import { beginState, type BeginState } from './first-record.js';
import { type KeyLoader, keyLoader } from './key-loader.js';
import { keyReader } from './key-reader.js';
import type { OperatorHost } from './operator-host.js';

interface Hidden {
  /** Changed since it was last emitted. */
  $pending: boolean;
}

/** When a window is emitted: at `close` for the last time, as a failure is then not retried. */
type Moment = 'close' | 'lull' | 'early';

/** Executes the window operators: a state for every window and key, emitted when the window closes. */
export class WindowFold<T, F extends Fields> extends BatchOperator<T> {
  readonly #windower: Windower;
  readonly #options: WindowNodeOptions<T, F>;
  readonly #lateness: number;
  readonly #keyOf: (record: T) => KeyTuple;
  readonly #closing: DueBook;
  readonly #dropping: DueBook;
  readonly #early: EarlyEmission;
  readonly #earlier: EarlierRows;
  /** Whether every key so far began with the stream's own key, so that this partition holds whole windows. */
  #whole = true;
  /** Windows wait for the watermark; if one is emitted for a late record, the batch is abandoned. */
  readonly isQuiet = true;
  readonly keepsStreamKey = false;

  constructor(host: OperatorHost, options: WindowNodeOptions<T, F>) {
    super(host);
    this.#windower = options.windower;
    this.#options = options;
    this.#lateness = options.allowedLateness ?? 0;
    this.#closing = host.timers();
    this.#dropping = host.timers();
    this.#early = new EarlyEmission(host, options.emit, (below) =>
      this.#closing.forEach((slot) => {
        if (host.state.version(slot) < below) this.#emitPending(slot, 'early');
      }),
    );
    this.#earlier = new EarlierRows(host, {
      figure: (slot) => this.#figure(slot),
      version: (slot) => host.state.version(slot),
      isPartial: () => !this.#whole,
    });
    this.#keyOf = keyReader(options.key, `operator '${host.node.name}'`);
  }

  advance(watermark: number): void {
    if (this.#closing.next <= watermark) this.#closing.take(watermark, (slot) => this.#emitPending(slot, 'close'));
    this.#early.advance(watermark);
    if (this.#dropping.next > watermark) return;
    if (this.host.finals !== undefined) this.#finish(watermark);
    else this.#dropping.take(watermark, (slot) => this.#drop(slot));
  }

  #finish(watermark: number): void {
    const windows: FinalFigure[] = [];
    this.#dropping.take(watermark, (slot) => windows.push({ figure: this.#figure(slot), slot }));
    emitFinalWindows(this.host, windows, !this.#whole, (slot) => this.#drop(slot));
  }

  #drop(slot: number): void {
    if (this.#early.isFinalOnly) this.#emitPending(slot, 'close');
    this.#earlier.forget(slot);
    this.host.state.remove(slot);
  }

  rollback(record: number): void {
    this.#earlier.rollback(record);
  }

  flush(): void {
    this.#closing.forEach((slot) => this.#emitPending(slot, 'lull'));
  }

  collect(): boolean {
    this.#earlier.collect();
    return this.#early.collect();
  }

  restored(saved: OperatorLayout | undefined): void {
    if (saved?.settings['partial'] !== undefined) this.#beginPartial();
    const wasFinalOnly = this.#early.restored(saved);
    const { state, context } = this.host;
    state.forEachLive((slot) => {
      const end = this.#windower.end(state.part(slot, 0) as number);
      const { $pending } = this.#cursorAt(slot);
      const isOpen = end > context.watermark || (wasFinalOnly && $pending);
      this.#earlier.loaded(slot, $pending);
      if (isOpen && !this.#early.isFinalOnly) this.#closing.add(end, slot, -1);
      this.#dropping.add(end + this.#lateness, slot, -1);
    });
  }

  protected begin(first: T): Process<T> {
    const { host } = this;
    const { state, node, context } = host;
    const firstKey = this.#keyOf(first);
    const entry = state.entryFor([0, ...firstKey]);
    const owner = `operator '${node.name}'`;
    const current = { start: 0 };
    const key = {
      ...{ key: this.#options.key, length: firstKey.length },
      refuse: (other: KeyTuple) => state.entryFor([0, ...other]),
      notOwn: (other: KeyTuple, own: Key) => {
        if (this.#whole && !beginsWith(other, own)) this.#beginPartial();
      },
    };
    return instantiate(owner, windowCode<T>, {
      ...{ fold: this.#options.fold, context, entry, state, cursor: state.cursor },
      ...{ windower: this.#windower, lateness: this.#lateness, late: host.late },
      ...{ earlier: this.#earlier, load: keyLoader(owner, entry.load, [key], () => current.start), current },
      beginState: beginState(host, this.#options),
      endOf: (start: number, time: number) => this.#endOf(start, time),
      beginWindow: (end: number, slot: number) => this.#beginWindow(end, slot),
      emitLate: (slot: number) => this.#emitLate(slot),
    });
  }

  /**
   * Recorded in the layout, and so in checkpoints: after a restart windows may be emitted before any record arrives.
   */
  #beginPartial(): void {
    this.#whole = false;
    this.host.note('partial', 'yes');
  }

  /** Notes when a new window and key is to be closed, and when it is to be dropped. */
  #beginWindow(end: number, slot: number): void {
    const { record, watermark } = this.host.moment;
    if (end > watermark && !this.#early.isFinalOnly) this.#closing.add(end, slot, record);
    this.#dropping.add(end + this.#lateness, slot, record);
    this.#earlier.begin(slot);
  }

  /** The end of a window. @throws ERR_ROW_INVALID if a calendar gives no end after the record */
  #endOf(start: number, time: number): number {
    const end = this.#windower.end(start);
    if (start <= time && time < end && Number.isSafeInteger(start) && Number.isSafeInteger(end)) return end;
    throw new StockafolioError(
      'ERR_ROW_INVALID',
      `operator '${this.host.node.name}': its calendar has no window for ${time}: from ${String(start)} to ${String(end)}`,
      { hint: 'a calendar returns whole epoch milliseconds, the start at or before the record and the end after it' },
    );
  }

  #emitPending(slot: number, when: Moment): void {
    if (!this.#cursorAt(slot).$pending) return;
    if (when !== 'close') this.host.context.hasEmittedEarly = true;
    if (!this.#emit(slot, when === 'early') && when !== 'close') this.#cursorAt(slot).$pending = true;
  }

  #cursorAt(slot: number): Hidden {
    return this.host.state.at(slot) as unknown as Hidden;
  }

  #emitLate(slot: number): void {
    if (this.#early.isFinalOnly) return;
    const { context } = this.host;
    if (context.inBatch) context.breakBatch();
    else this.#emit(slot);
  }

  /**
   * Emits a window. Its rows have the version of the record that changed it last, whenever it is emitted. So stream and
   * batch agree, and of windows that become one row the one that changed last remains.
   */
  #emit(slot: number, isEarly = false): boolean {
    const host = this.host;
    const { state } = host;
    this.#cursorAt(slot).$pending = false;
    const options = { version: state.version(slot), isPartial: !this.#whole };
    const figure = this.#figure(slot);
    const isEmitted = isEarly ? host.emitEarly(figure, options) : host.emitFigure(figure, options);
    this.#earlier.emitted(slot);
    return isEmitted;
  }

  #figure(slot: number): FinalWindow<KeyTuple, ObjectOf<F>> {
    const { state } = this.host;
    const [start, ...key] = state.key(slot);
    const window = { start: start as number, end: this.#windower.end(start as number) };
    return { window, key, value: state.at(slot).$copy() as ObjectOf<F> };
  }
}

interface WindowScope<T> {
  readonly load: KeyLoader<T>;
  /** The window whose key is loaded. */
  readonly current: { start: number };
  readonly fold: (state: never, record: T) => unknown;
  readonly context: PipelineContext;
  readonly entry: KeyEntry;
  readonly state: State;
  readonly cursor: StateView;
  readonly windower: Windower;
  readonly earlier: EarlierRows;
  readonly lateness: number;
  readonly late: (until: number) => void;
  readonly endOf: (start: number, time: number) => number;
  readonly beginState: BeginState<T> | undefined;
  readonly beginWindow: (end: number, slot: number) => void;
  readonly emitLate: (slot: number) => void;
}

/** Names nothing from outside: see `instantiate`. */
function windowCode<T>(scope: WindowScope<T>): Process<T> {
  const { load, current, context, entry, state, cursor, windower, lateness, late, endOf, emitLate } = scope;
  const { beginState, beginWindow, earlier } = scope;
  const { position } = context.states;
  const fold = scope.fold as (state: StateView, record: T) => unknown;
  const hidden = cursor as unknown as Hidden;
  return function foldWindows(records, from, count, at, moments) {
    for (let n = 0; n < count; n++) {
      const i = at + n;
      const record = records[from + n] as T;
      const time = moments.times[i] as number;
      const watermark = moments.watermarks[i] as number;
      position.batchIndex = i;
      let start: number | undefined = windower.newest(time);
      for (; start !== undefined; start = windower.before(start, time)) {
        const end = endOf(start, time);
        if (end + lateness <= watermark) {
          late(end + lateness);
          continue;
        }
        current.start = start;
        load(record, i, moments.keys[i] as Key);
        const slot = entry.enter(i, moments);
        if (state.created) {
          beginWindow(end, slot);
          if (beginState !== undefined) beginState(record);
        } else if (!hidden.$pending || earlier.isWatching) {
          earlier.change(slot, hidden.$pending);
        }
        fold(cursor, record);
        hidden.$pending = true;
        if (end <= watermark) emitLate(slot);
      }
      if (context.failure !== undefined) return undefined;
    }
    return undefined;
  };
}
