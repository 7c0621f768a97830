import { describeHolders, type WaitingEvent } from '@stockafolio/runner-stream';
import type { Reporter } from './reporter.js';

/** Says for whom of its group a run waits that is to catch up. */
export function sayWaiting(reporter: Reporter, { type, partitions, holders, left }: WaitingEvent): void {
  const what =
    partitions.length === 0
      ? 'waits: the group is sharing out its partitions'
      : `waits for others of the group, in partitions ${describeHolders(partitions, holders)}`;
  const text = `${what}; ends in ${Math.ceil(left / 1_000)} s unless they move on`;
  reporter.say(text, { event: type, partitions, holders }, 'warn');
}
