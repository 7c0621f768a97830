import { isStockafolioError, messageOf } from '@stockafolio/core';
import type { AbortSignalLike, Clock, Files } from '@stockafolio/core/ports';
import { RunLedger } from './run-ledger.js';

/** When the batch of a day is due. */
export interface DueRun {
  /** `YYYY-MM-DD`: everything archived up to its end is processed. */
  readonly day: string;
  /** Epoch milliseconds. */
  readonly time: number;
}

export interface ScheduleOptions {
  /** The first run that is due after a moment. */
  readonly nextRun: (after: number) => DueRun;
  readonly pipeline: string;
  /** The store of the ledger, beside the checkpoints. */
  readonly files: Files;
  readonly clock: Clock;
  readonly signal: AbortSignalLike;
  /** The batch of a day. */
  readonly run: (day: string) => Promise<Readonly<Record<string, unknown>>>;
  readonly say: (text: string) => void;
}

/** The system clock may be changed meanwhile, or the machine asleep: so it is read again this often. */
const LOOK_EVERY = 30_000;
const RETRY_EVERY = 60_000;

/**
 * Runs the batch when it is due, once per day however often this is restarted, until it is stopped. Days that were
 * missed because nothing ran are caught up first, one after the other. A failure of an outside system is retried every
 * minute.
 *
 * @returns how many days were run
 */
export async function runSchedule(options: ScheduleOptions): Promise<number> {
  const { nextRun, clock, signal, say } = options;
  const ledger = new RunLedger(options.files, options.pipeline);
  const begun = await untilDone(options, 'the runs so far', () => ledger.last(clock.now()));
  if (begun === undefined) return 0;
  let after = begun;
  let runs = 0;
  for (;;) {
    const due = nextRun(after);
    if (due.time > clock.now()) say(`${due.day}: due at ${new Date(due.time).toISOString()}`);
    while (clock.now() < due.time && !signal.aborted) {
      await clock.sleep(Math.min(LOOK_EVERY, due.time - clock.now()), signal);
    }
    if (signal.aborted) return runs;
    const facts = await untilDone(options, due.day, () => options.run(due.day));
    if (facts === undefined) return runs;
    const isNoted = await untilDone(options, due.day, () => ledger.done(due, facts).then(() => true));
    if (isNoted === undefined) return runs;
    runs++;
    after = due.time;
  }
}

/** The result of a step; undefined if it was stopped between two attempts. */
async function untilDone<T>(
  { clock, signal, say }: ScheduleOptions,
  what: string,
  step: () => Promise<T>,
): Promise<T | undefined> {
  while (!signal.aborted) {
    try {
      return await step();
    } catch (error) {
      const passes = isStockafolioError(error) && error.domain === 'external' && error.retryable;
      if (!passes) throw error;
      say(`${what}: ${messageOf(error)}; again in ${RETRY_EVERY / 1000} s`);
      await clock.sleep(RETRY_EVERY, signal);
    }
  }
  return undefined;
}
