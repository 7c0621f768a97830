import { rowId } from '@stockafolio/core/ports';
import { RemovedRow } from '../flow/row.js';
import type { OperatorHost } from './operator-host.js';

/** How the windows of an operator become rows. */
interface Windows {
  /** The present value of a window. */
  readonly figure: (slot: number) => object;
  /** The version of the record that changed it last, in microseconds. */
  readonly version: (slot: number) => number;
  /** Whether it is only this partition's part. */
  readonly isPartial: () => boolean;
}

/** Rows by their ids. */
type Rows = Map<string, RemovedRow>;

interface Kept {
  readonly rows: Rows;
  /** Whether the window has changed since these were last compared with its value. */
  isStale: boolean;
}

/** What is known of a window. */
interface Known {
  readonly kept: Kept | undefined;
  readonly isRepeated: boolean;
}

/**
 * Removes rows of windows that are not final, if a later value of the window does not write them: because a function in
 * between drops it, or makes another key from it. When open windows are emitted, no record tells; so without this, what
 * is in tables would depend on when lulls and commits happened.
 *
 * What a value has written is what the functions make from it. So it need not be stored: they are called again when the
 * value is about to change, if it was emitted, or may have been by a run that was killed.
 */
export class EarlierRows {
  readonly #host: OperatorHost;
  readonly #windows: Windows;
  /** By window, the rows of its earlier values that tables may have. */
  readonly #kept = new Map<number, Kept>();
  /** The windows of which an earlier run may have emitted the present value. */
  readonly #repeated = new Set<number>();
  /** By window, what was known of it before the record with the number {@link #undoRecord}, which has changed that. */
  readonly #before = new Map<number, Known>();
  #undoRecord = -1;

  constructor(host: OperatorHost, windows: Windows) {
    this.#host = host;
    this.#windows = windows;
  }

  /** Whether {@link change} may have to do with windows that have changed since they were emitted. */
  get isWatching(): boolean {
    return this.#kept.size > 0 || this.#repeated.size > 0 || this.#host.context.repeatsEarly;
  }

  /**
   * A window that is not new is about to change.
   *
   * @param isPending whether it has changed since it was emitted
   */
  change(slot: number, isPending: boolean): void {
    this.#keepForUndo(slot);
    const isRepeated = this.#repeated.delete(slot);
    this.begin(slot);
    const kept = this.#kept.get(slot);
    if (kept !== undefined) kept.isStale = true;
    if (isPending && !isRepeated) return;
    const rows = this.#rowsOf(slot);
    if (rows.length === 0) return;
    const all = kept ?? { rows: new Map(), isStale: true };
    for (const row of rows) all.rows.set(rowId(row), row);
    this.#kept.set(slot, all);
  }

  /** A window begins. */
  begin(slot: number): void {
    if (!this.#host.context.repeatsEarly) return;
    this.#keepForUndo(slot);
    this.#repeated.add(slot);
  }

  /** A window was emitted, or could not be: its earlier rows are removed. */
  emitted(slot: number): void {
    if (this.#kept.size === 0) return;
    const kept = this.#kept.get(slot);
    // A record that fails removes nothing.
    if (kept === undefined || this.#host.context.failure !== undefined) return;
    this.#keepForUndo(slot);
    this.#compare(slot, kept);
    this.#kept.delete(slot);
  }

  /** A commit: no row that the present value does not write outlasts it. */
  collect(): void {
    for (const [slot, kept] of this.#kept) if (kept.isStale) this.#compare(slot, kept);
  }

  #compare(slot: number, kept: Kept): void {
    const present = new Set(this.#rowsOf(slot).map(rowId));
    this.#remove(kept.rows, this.#windows.version(slot), present);
    kept.isStale = false;
    if (kept.rows.size === 0) this.#kept.delete(slot);
  }

  #rowsOf(slot: number): readonly RemovedRow[] {
    const { figure, isPartial } = this.#windows;
    return this.#host.rowsOf(figure(slot), isPartial()) ?? [];
  }

  #remove(rows: Rows, version: number, present?: ReadonlySet<string>): void {
    for (const [id, { table, values }] of rows) {
      if (present?.has(id) === true) continue;
      this.#host.context.rows.putVersioned(new RemovedRow(table, values, version));
      rows.delete(id);
    }
  }

  /** A window was loaded. @param isPending whether it had changed since it was emitted */
  loaded(slot: number, isPending: boolean): void {
    if (isPending) this.#repeated.add(slot);
  }

  /** A window is dropped, after it was emitted. */
  forget(slot: number): void {
    this.#kept.delete(slot);
    this.#repeated.delete(slot);
  }

  /** A window is no more, because of the current record. Its present rows are removed otherwise. */
  removed(slot: number): void {
    this.#keepForUndo(slot);
    this.#repeated.delete(slot);
    const kept = this.#kept.get(slot);
    if (kept === undefined) return;
    this.#remove(kept.rows, this.#host.moment.version);
    this.#kept.delete(slot);
  }

  rollback(record: number): void {
    if (this.#undoRecord !== record) return;
    for (const [slot, { kept, isRepeated }] of this.#before) {
      if (kept === undefined) this.#kept.delete(slot);
      else this.#kept.set(slot, kept);
      if (isRepeated) this.#repeated.add(slot);
      else this.#repeated.delete(slot);
    }
    this.#before.clear();
  }

  /** Before the current record changes what is known of a window. */
  #keepForUndo(slot: number): void {
    const { record } = this.#host.moment;
    if (this.#undoRecord !== record) this.#before.clear();
    this.#undoRecord = record;
    if (this.#before.has(slot)) return;
    const kept = this.#kept.get(slot);
    this.#before.set(slot, {
      kept: kept === undefined ? undefined : { ...kept, rows: new Map(kept.rows) },
      isRepeated: this.#repeated.has(slot),
    });
  }
}
