import { leaveSignals } from './early-stop.js';
import { exitCodes } from './exit-codes.js';

/** A signal that Ctrl-C and SIGTERM abort; a second Ctrl-C ends the process at once. */
export interface Stop {
  readonly signal: AbortSignal;
  /** The signal that caused it. */
  readonly by: 'SIGINT' | 'SIGTERM' | undefined;
}

class ProcessStop implements Stop {
  readonly #controller = new AbortController();
  by: Stop['by'];

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  listen(): this {
    leaveSignals();
    process.on('SIGINT', () => {
      if (this.by === 'SIGINT') process.exit(exitCodes.interrupted);
      this.by = 'SIGINT';
      process.stderr.write('\nfinishing the commit (Ctrl-C again to end at once)\n');
      this.#controller.abort();
    });
    process.on('SIGTERM', () => {
      this.by ??= 'SIGTERM';
      this.#controller.abort();
    });
    return this;
  }
}

let stop: ProcessStop | undefined;

/** The single stop of this process; it listens from the first call on. */
export function processStop(): Stop {
  stop ??= new ProcessStop().listen();
  return stop;
}

/** The signal that stopped this process, if any. */
export function stoppedBy(): Stop['by'] {
  return stop?.by;
}
