import {
  type Fields,
  type KeyPart,
  type ObjectOf,
  StockafolioError,
  type Windowed,
  type Windower,
} from '@stockafolio/core';
import type { KeyTuple, OperatorLayout, WindowNodeOptions } from '@stockafolio/core/plan';
import { beginsWith } from '../flow/context.js';
import type { BatchReceiver } from '../flow/fan-out.js';
import type { Moments } from '../flow/moments.js';
import type { DueBook } from '../timers/due-book.js';
import { keyReader, keyText } from './key-text.js';
import type { Operator } from '../operator/operator.js';
import type { OperatorHost } from './operator-host.js';
import { RecordProcessor, type Steps } from './record-processor.js';

interface Hidden {
  /** Changed since it was last emitted. */
  $pending: boolean;
}

/** Executes the window operators: a state for every window and key, emitted when the window closes. */
export class WindowFold<T, F extends Fields> implements Operator<T>, BatchReceiver<T> {
  readonly #host: OperatorHost;
  readonly #windower: Windower;
  readonly #options: WindowNodeOptions<T, F>;
  readonly #lateness: number;
  readonly #closing: DueBook;
  readonly #dropping: DueBook;
  /** Whether every key so far began with the stream's own key, so that this partition holds whole windows. */
  #whole = true;
  readonly #processor: RecordProcessor<T>;
  /** Windows wait for the watermark; if one is emitted for a late record, the batch is abandoned. */
  readonly isQuiet = true;
  readonly keepsStreamKey = false;

  constructor(host: OperatorHost, options: WindowNodeOptions<T, F>) {
    this.#host = host;
    this.#windower = options.windower;
    this.#options = options;
    this.#lateness = options.allowedLateness ?? 0;
    this.#closing = host.timers();
    this.#dropping = host.timers();
    const firstKey = keyReader(options.key);
    this.#processor = new RecordProcessor(host, (first) => this.#steps(firstKey(first)));
  }

  get batches(): BatchReceiver<T> {
    return this;
  }

  process(record: T): void {
    this.#processor.processRecord(record);
  }

  processBatch(records: readonly T[], moments: Moments, from: number, to: number): void {
    this.#processor.processBatch(records, moments, from, to);
  }

  advance(watermark: number): void {
    if (this.#closing.next <= watermark) this.#closing.take(watermark, (slot) => this.#emitPending(slot, true));
    if (this.#dropping.next <= watermark) this.#dropping.take(watermark, (slot) => this.#host.state.remove(slot));
  }

  flush(): void {
    this.#closing.forEach((slot) => this.#emitPending(slot, false));
  }

  restored(saved: OperatorLayout | undefined): void {
    if (saved?.settings['partial'] !== undefined) this.#beginPartial();
    const { state, context } = this.#host;
    for (let slot = 0; slot < state.end; slot++) {
      if (!state.isLive(slot)) continue;
      const end = this.#windower.end(state.part(slot, 0) as number);
      if (end > context.watermark) this.#closing.add(end, slot, -1);
      this.#dropping.add(end + this.#lateness, slot, -1);
    }
  }

  /** The steps that process a record, compiled for keys like this one. */
  #steps(firstKey: KeyTuple): Steps {
    const { fold } = this.#options;
    const { state, context } = this.#host;
    const key = keyText('key', this.#options.key, firstKey.length, (other) => state.entryFor([0, ...other]));
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
        ...{ fold, state, cursor: state.cursor },
        ...key.scope,
        ...{ windower: this.#windower, lateness: this.#lateness },
        endOf: (start: number, time: number) => this.#endOf(start, time),
        entry: state.entryFor([0, ...firstKey]),
        isWholeBy: (part: KeyPart) => !this.#whole || part === context.key,
        checkWhole: (other: KeyTuple) => {
          if (!beginsWith(other, context.key)) this.#beginPartial();
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
    this.#host.note('partial', 'yes');
  }

  /** Notes when a new window and key is to be closed, and when it is to be dropped. */
  #begin(end: number, slot: number): void {
    const { record, watermark } = this.#host.moment;
    if (end > watermark) this.#closing.add(end, slot, record);
    this.#dropping.add(end + this.#lateness, slot, record);
  }

  /** The end of a window. @throws ERR_ROW_INVALID if a calendar gives no end after the record */
  #endOf(start: number, time: number): number {
    const end = this.#windower.end(start);
    if (start <= time && time < end && Number.isSafeInteger(start) && Number.isSafeInteger(end)) return end;
    throw new StockafolioError(
      'ERR_ROW_INVALID',
      `operator '${this.#host.node.name}': its calendar has no window for ${time}: from ${String(start)} to ${String(end)}`,
      { hint: 'a calendar returns whole epoch milliseconds, the start at or before the record and the end after it' },
    );
  }

  /** @param isClosing whether this is its last chance: a failure then is not retried */
  #emitPending(slot: number, isClosing: boolean): void {
    if (!this.#cursorAt(slot).$pending) return;
    if (!this.#emit(slot) && !isClosing) this.#cursorAt(slot).$pending = true;
  }

  #cursorAt(slot: number): Hidden {
    return this.#host.state.at(slot) as unknown as Hidden;
  }

  #emitLate(slot: number): void {
    const { context } = this.#host;
    if (context.inBatch) context.breakBatch();
    else this.#emit(slot);
  }

  /**
   * Emits a window. Its rows have the version of the record that changed it last, whenever it is emitted. So stream and
   * batch agree, and of windows that become one row the one that changed last remains.
   */
  #emit(slot: number): boolean {
    const host = this.#host;
    const { state } = host;
    const cursor = state.at(slot);
    (cursor as unknown as Hidden).$pending = false;
    const [start, ...key] = state.key(slot);
    const window = { start: start as number, end: this.#windower.end(start as number) };
    const figure: Windowed<KeyTuple, ObjectOf<F>> = { window, key, value: cursor.$copy() as ObjectOf<F> };
    return host.emitFigure(figure, { version: state.version(slot), isPartial: !this.#whole });
  }
}
