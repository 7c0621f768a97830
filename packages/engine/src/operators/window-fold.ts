import type { Observable } from 'rxjs';
import {
  type Fields,
  type KeyPart,
  type ObjectOf,
  StockafolioError,
  type Windowed,
  type Windower,
} from '@stockafolio/core';
import {
  type KeyTuple,
  layoutOf,
  type OperatorLayout,
  type OperatorNode,
  type WindowNodeOptions,
} from '@stockafolio/core/plan';
import { beginsWith, type Connection, type OperatorRuntime, type PipelineContext } from '../flow/context.js';
import type { FanOut, BatchReceiver } from '../flow/fan-out.js';
import type { Moments } from '../flow/moments.js';
import { receive } from '../flow/receive.js';
import { KeyedState } from '../state/keyed-state.js';
import { DueBook } from '../timers/due-book.js';
import { RecordProcessor, type Steps } from './record-processor.js';
import { keyReader, keyText } from './key-text.js';

interface Hidden {
  /** Changed since it was last emitted. */
  $pending: boolean;
}

/** Executes the window operators: a state for every window and key, emitted when the window closes. */
export class WindowFold<T, F extends Fields> implements OperatorRuntime, Connection, BatchReceiver<T> {
  #layout: OperatorLayout;
  readonly state: KeyedState;
  /** Closed windows are emitted immediately, not at a commit. */
  readonly isShared = false;
  readonly #windows: FanOut<Windowed<KeyTuple, ObjectOf<F>>>;
  readonly #context: PipelineContext;
  readonly #source: Observable<T>;
  readonly #windower: Windower;
  readonly #options: WindowNodeOptions<T, F>;
  readonly #lateness: number;
  readonly #closing = new DueBook();
  readonly #dropping = new DueBook();
  /** Whether every key so far began with the stream's own key, so that this partition holds whole windows. */
  #whole = true;
  readonly #processor: RecordProcessor<T>;
  /** Windows wait for the watermark; if one is emitted for a late record, the batch is abandoned. */
  readonly isQuiet = true;
  readonly keepsStreamKey = false;

  constructor(context: PipelineContext, node: OperatorNode<WindowNodeOptions<T, F>>, source: Observable<T>) {
    const { options } = node;
    this.#lateness = options.allowedLateness ?? 0;
    this.#layout = layoutOf(node);
    this.#context = context;
    this.#source = source;
    this.#windower = options.windower;
    this.#options = options;
    this.state = new KeyedState(`operator '${node.name}'`, node.state, context.interner);
    const firstKey = keyReader(options.key);
    this.#processor = new RecordProcessor(context, this, (first) => this.#steps(firstKey(first)));
    this.#windows = context.fanOut(node);
  }

  get layout(): OperatorLayout {
    return this.#layout;
  }

  connect(): void {
    receive(
      this.#context,
      this.#source,
      this.#processor.processRecord,
      (error) => this.#context.breakConnection(this, error),
      this,
    );
  }

  get due(): number {
    return Math.min(this.#closing.next, this.#dropping.next);
  }

  processBatch(records: readonly T[], moments: Moments, from: number, to: number): void {
    this.#processor.processBatch(records, moments, from, to);
  }

  advance(watermark: number): void {
    if (this.#closing.next <= watermark) this.#closing.take(watermark, (slot) => this.#emitPending(slot, true));
    if (this.#dropping.next <= watermark) this.#dropping.take(watermark, (slot) => this.state.remove(slot));
  }

  flush(): void {
    this.#closing.forEach((slot) => this.#emitPending(slot, false));
  }

  collect(): boolean {
    return this.state.takeUnwritten(() => undefined);
  }

  rollback(record: number): void {
    this.#closing.rollback(record);
    this.#dropping.rollback(record);
    this.state.rollback(record);
  }

  restored(saved: OperatorLayout | undefined): void {
    if (saved?.settings['partial'] !== undefined) this.#beginPartial();
    for (let slot = 0; slot < this.state.end; slot++) {
      if (!this.state.isLive(slot)) continue;
      const end = this.#windower.end(this.state.part(slot, 0) as number);
      if (end > this.#context.watermark) this.#closing.add(end, slot, -1);
      this.#dropping.add(end + this.#lateness, slot, -1);
    }
  }

  /** The steps that process a record, compiled for keys like this one. */
  #steps(firstKey: KeyTuple): Steps {
    const { fold } = this.#options;
    const key = keyText('key', this.#options.key, firstKey.length, (other) => this.state.entryFor([0, ...other]));
    return {
      text: `${key.load}
    if (!isWholeBy(${key.parts[0]})) checkWhole(${key.loaded});
    const time = moments.times[i];
    const watermark = moments.watermarks[i];
    for (let start = windower.newest(time); start !== undefined; start = windower.before(start, time)) {
      const end = endOf(start, time);
      if (end + lateness <= watermark) {
        late(end + lateness);
        continue;
      }
      entry.load(i, start, ${key.parts.join(', ')});
      const slot = entry.enter(i, moments);
      if (state.created) begin(end, slot);
      fold(cursor, record);
      cursor.$pending = true;
      if (end <= watermark) emitLate(slot);
    }`,
      scope: {
        ...{ fold, state: this.state, cursor: this.state.cursor },
        ...key.scope,
        ...{ windower: this.#windower, lateness: this.#lateness },
        endOf: (start: number, time: number) => this.#endOf(start, time),
        entry: this.state.entryFor([0, ...firstKey]),
        isWholeBy: (part: KeyPart) => !this.#whole || part === this.#context.key,
        checkWhole: (other: KeyTuple) => {
          if (!beginsWith(other, this.#context.key)) this.#beginPartial();
        },
        begin: (end: number, slot: number) => this.#begin(end, slot),
        emitLate: (slot: number) => this.#emitLate(slot),
      },
    };
  }

  /**
   * Recorded in the layout, and so in checkpoints: after a restart windows may be emitted before any record arrives.
   */
  #beginPartial(): void {
    this.#whole = false;
    this.#layout = { ...this.#layout, settings: { ...this.#layout.settings, partial: 'yes' } };
  }

  /** Notes when a new window and key is to be closed, and when it is to be dropped. */
  #begin(end: number, slot: number): void {
    const { record, watermark } = this.#context;
    if (end > watermark) this.#closing.add(end, slot, record);
    this.#dropping.add(end + this.#lateness, slot, record);
  }

  /** The end of a window. @throws ERR_ROW_INVALID if a calendar gives no end after the record */
  #endOf(start: number, time: number): number {
    const end = this.#windower.end(start);
    if (start <= time && time < end && Number.isSafeInteger(start) && Number.isSafeInteger(end)) return end;
    throw new StockafolioError(
      'ERR_ROW_INVALID',
      `operator '${this.layout.name}': its calendar has no window for ${time}: from ${String(start)} to ${String(end)}`,
      { hint: 'a calendar returns whole epoch milliseconds, the start at or before the record and the end after it' },
    );
  }

  /** @param isClosing whether this is its last chance: a failure then is not retried */
  #emitPending(slot: number, isClosing: boolean): void {
    if (!this.#cursorAt(slot).$pending) return;
    if (!this.#emit(slot) && !isClosing) this.#cursorAt(slot).$pending = true;
  }

  #cursorAt(slot: number): Hidden {
    return this.state.at(slot) as unknown as Hidden;
  }

  #emitLate(slot: number): void {
    if (this.#context.inBatch) this.#context.breakBatch();
    else this.#emit(slot);
  }

  /**
   * Emits a window. Its rows have the version of the record that changed it last, whenever it is emitted. So stream and
   * batch agree, and of windows that become one row the one that changed last remains.
   */
  #emit(slot: number): boolean {
    const context = this.#context;
    const cursor = this.state.at(slot);
    (cursor as unknown as Hidden).$pending = false;
    const [start, ...key] = this.state.key(slot);
    const window = { start: start as number, end: this.#windower.end(start as number) };
    const figure = { window, key, value: cursor.$copy() as ObjectOf<F> };
    const partial = context.partial;
    context.partial = partial || !this.#whole;
    const emitted = context.emit(this.layout.name, figure, () => this.#windows.next(figure), this.state.version(slot));
    context.partial = partial;
    return emitted;
  }
}
