import { describeHolders, type WaitingEvent } from '@stockafolio/runner-stream';
import type { Reporter } from './reporter.js';

/** Reports for which members of its group a run waits before it can finish catching up. */
export function sayWaiting(reporter: Reporter, { type, partitions, holders, left }: WaitingEvent): void {
  const what =
    partitions.length === 0
      ? 'waiting: the group is assigning its partitions'
      : `waiting for other members of the group, in partitions ${describeHolders(partitions, holders)}`;
  const text = `${what}; ends in ${Math.ceil(left / 1_000)} s unless they advance`;
  reporter.say(text, { event: type, partitions, holders }, 'warn');
}
