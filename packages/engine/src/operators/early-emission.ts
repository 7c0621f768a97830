import type { WindowEmission } from '@stockafolio/core';
import type { OperatorLayout } from '@stockafolio/core/plan';
import type { Timers } from '../operator/operator.js';
import type { OperatorHost } from './operator-host.js';

/** Before every event time. */
const FIRST = Number.MIN_SAFE_INTEGER;

/** When a window operator emits open windows into tables: a policy apart from its windows. */
export class EarlyEmission {
  readonly #host: OperatorHost;
  readonly #emitOpen: (below: number) => void;
  readonly #every: number | undefined;
  readonly #everyMs: number | undefined;
  /** The next multiple of `every`, under the only slot 0: batches of records end there. */
  readonly #ticks: Timers;
  #emittedAt = Number.NEGATIVE_INFINITY;
  /** Whether windows are emitted only when no record can change them any more. */
  readonly isFinalOnly: boolean;

  /** @param emitOpen emits the open windows that have changed, if their versions are below this one */
  constructor(host: OperatorHost, emit: WindowEmission = 'at close', emitOpen: (below: number) => void) {
    this.#host = host;
    this.#emitOpen = emitOpen;
    this.isFinalOnly = emit === 'final only';
    this.#every = typeof emit === 'object' && 'every' in emit ? emit.every : undefined;
    this.#everyMs = typeof emit === 'object' && 'everyMs' in emit ? emit.everyMs : undefined;
    this.#ticks = host.timers();
    if (this.#every !== undefined) this.#ticks.add(FIRST, 0, -1);
  }

  /**
   * Time has moved on, and the windows that it has passed are closed. Behind other windows, several final values come with
   * one version, and time moves on between them. What the first has changed may change once more, so its row must wait.
   */
  advance(watermark: number): void {
    if (this.#ticks.next > watermark) return;
    if (this.#ticks.next > FIRST)
      this.#emitOpen(this.#host.isTimed ? Number.POSITIVE_INFINITY : this.#host.context.version);
    this.#tickAfter(watermark);
  }

  /** A commit. */
  collect(): boolean {
    this.#host.state.takeUnwritten(() => undefined);
    if (this.#everyMs === undefined) return true;
    const now = this.#host.context.elapsed?.();
    if (now !== undefined && now - this.#emittedAt < this.#everyMs) return true;
    this.#emittedAt = now ?? this.#emittedAt;
    this.#emitOpen(Number.POSITIVE_INFINITY);
    return true;
  }

  /**
   * The state was loaded.
   *
   * @returns whether its windows may have closed without being emitted, because it was `'final only'`
   */
  restored(saved: OperatorLayout | undefined): boolean {
    const { watermark } = this.#host.context;
    if (watermark > FIRST) this.#tickAfter(watermark);
    return saved?.settings['emit'] === 'final only';
  }

  #tickAfter(watermark: number): void {
    if (this.#every === undefined) return;
    this.#ticks.take(watermark, () => undefined);
    this.#ticks.add((Math.floor(watermark / this.#every) + 1) * this.#every, 0, -1);
  }
}
