import { exitCodes } from './exit-codes.js';

/* Imports almost nothing, so that it works before the rest of the command is loaded, which takes longer. */

const HINT = 'run the same command again';
const exitOf = { SIGINT: exitCodes.interrupted, SIGTERM: exitCodes.terminated } as const;
const listeners = new Map<keyof typeof exitOf, () => void>();
let isEnding = false;

/**
 * Ends the process at Ctrl-C and SIGTERM, and says so, with `--json` for machines too: while the command is loading,
 * and in commands that have nothing to finish.
 */
export function endBySignal(argv: readonly string[]): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const listener = (): void => {
      if (isEnding) process.exit(exitOf[signal]);
      isEnding = true;
      const message = `stopped by ${signal}`;
      process.stderr.write(`stockafolio: ${message} (ERR_ABORTED)\n  ${HINT}\n`);
      const facts = { ok: false, message, code: 'ERR_ABORTED', domain: 'user', hint: HINT };
      // Output that a slow reader has not read yet is written first.
      process.stdout.write(argv.includes('--json') ? `${JSON.stringify(facts)}\n` : '', () =>
        process.exit(exitOf[signal]),
      );
    };
    listeners.set(signal, listener);
    process.on(signal, listener);
  }
}

/** Resolves at once; never, if the last line of the command is written already. */
export function unlessEnding(): Promise<void> {
  return isEnding ? new Promise(() => undefined) : Promise.resolve();
}

/** Leaves Ctrl-C and SIGTERM to a command that has something to finish. */
export function leaveSignals(): void {
  for (const [signal, listener] of listeners) process.off(signal, listener);
  listeners.clear();
}
