import type { Source } from '@stockafolio/core/ports';
import type { PartitionTask } from '../partition-task.js';
import { silentUntil } from './outlets.js';

/** How far a partition may be ahead of the one that is furthest behind, in milliseconds of sending time. */
const MOST_AHEAD = 10_000;

/**
 * Keeps the partitions of a stage close to each other, by the times at which their messages were sent: records of one
 * that is ahead would wait for those of the others behind the repartition, in memory.
 */
export class Alignment {
  readonly #source: Source;
  readonly #known = new WeakSet<PartitionTask>();
  readonly #paused = new WeakSet<PartitionTask>();

  constructor(source: Source) {
    this.#source = source;
  }

  /** Pauses partitions that are too far ahead, and resumes those that no longer are. */
  keep(tasks: Iterable<PartitionTask>): void {
    const reached = [...tasks].map((task) => ({ task, until: silentUntil(task, this.#source) }));
    // An earlier task may have left its partition paused.
    for (const { task } of reached) if (!this.#known.has(task)) this.#resume(task);
    // A partition of which nothing is known yet holds up no other one.
    const known = reached.map(({ until }) => until).filter(Number.isFinite);
    const least = Math.min(...known);
    for (const { task, until } of reached) {
      const isAhead = until > least + MOST_AHEAD;
      if (isAhead === this.#paused.has(task)) continue;
      if (isAhead) this.#pause(task);
      else this.#resume(task);
    }
  }

  #pause(task: PartitionTask): void {
    this.#paused.add(task);
    this.#source.pause([task.partition]);
  }

  #resume(task: PartitionTask): void {
    this.#known.add(task);
    this.#paused.delete(task);
    this.#source.resume([task.partition]);
    // Some of its streams may have to wait for others.
    for (const input of task.paused) this.#source.pause([task.partition], input);
  }
}
