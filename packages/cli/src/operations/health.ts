import type { Clock } from '@stockafolio/core/ports';
import type { StreamEvent } from '@stockafolio/runner-stream';

/** How long the tables may fail before the run is not ready any more, in milliseconds. */
const FAILING_FOR = 10_000;

/**
 * Whether a stream run is well: it is ready once it has partitions or was given none, and as long as the tables take its
 * rows. A run that waits for its tables is alive: to start it anew would not help.
 */
export class Health {
  readonly #clock: Pick<Clock, 'elapsed'>;
  #begun = false;
  #failingSince: number | undefined;
  #cause = '';

  constructor(clock: Pick<Clock, 'elapsed'>) {
    this.#clock = clock;
  }

  take(event: StreamEvent): void {
    if (event.type === 'assigned') this.#begun = true;
    if (event.type === 'assigned' || event.type === 'committed') this.#failingSince = undefined;
    if (event.type === 'retry') {
      this.#failingSince ??= this.#clock.elapsed();
      this.#cause = event.error.message;
    }
  }

  /** What keeps it from being ready; undefined where nothing does. */
  get notReady(): string | undefined {
    if (!this.#begun) return 'no partition is assigned yet';
    if (this.#failingSince !== undefined && this.#clock.elapsed() - this.#failingSince >= FAILING_FOR)
      return this.#cause;
    return undefined;
  }
}
