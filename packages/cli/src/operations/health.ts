import type { Clock } from '@stockafolio/core/ports';
import type { StreamEvent } from '@stockafolio/runner-stream';

/** How long the tables or the source may fail before the run is no longer ready, in milliseconds. */
const FAILING_FOR = 10_000;

/**
 * Whether a stream run is healthy. It is ready once partitions were assigned, or it was told that there are none, as
 * long as the source answers and the tables accept its rows. A run that waits for them is alive: a restart would not
 * help.
 */
export class Health {
  readonly #clock: Pick<Clock, 'elapsed'>;
  #begun = false;
  #failingSince: number | undefined;
  #cause = '';
  /** The last lag event: only it shows that a write or an answer is overdue. */
  #lag: Pick<Extract<StreamEvent, { type: 'lag' }>, 'committing' | 'unanswered'> | undefined;

  constructor(clock: Pick<Clock, 'elapsed'>) {
    this.#clock = clock;
  }

  take(event: StreamEvent): void {
    if (event.type === 'assigned') this.#begun = true;
    if (event.type === 'assigned' || event.type === 'committed') this.#failingSince = undefined;
    if (event.type === 'lag') this.#lag = event;
    if (event.type === 'retry') {
      this.#failingSince ??= this.#clock.elapsed();
      this.#cause = event.error.message;
    }
  }

  /** The reason why it is not ready; undefined if it is ready. */
  get notReady(): string | undefined {
    if (!this.#begun) return 'no partition is assigned yet';
    if (this.#failingSince !== undefined && this.#clock.elapsed() - this.#failingSince >= FAILING_FOR)
      return this.#cause;
    const { committing = 0, unanswered = 0 } = this.#lag ?? {};
    if (committing >= FAILING_FOR)
      return `the tables have not acknowledged rows that were written ${seconds(committing)} ago`;
    if (unanswered >= FAILING_FOR) return `the source has not answered for ${seconds(unanswered)}`;
    return undefined;
  }
}

function seconds(ms: number): string {
  return `${Math.floor(ms / 1000)} s`;
}
