import type { PartitionRange } from '@stockafolio/core/ports';
import type { StreamOptions } from './options.js';
import type { PartitionTask } from './partition-task.js';

/** How often the lag is reported, in milliseconds. */
const EVERY = 1_000;

/** What a run knows about itself. */
export interface Standing {
  readonly tasks: ReadonlyMap<number, PartitionTask>;
  /** The offset up to which the tables have acknowledged a partition in this run. */
  acknowledged(partition: number): number | undefined;
  /** How long the current commit has been in flight, in milliseconds. */
  committing(): number;
}

/**
 * Reports once a second how far the tables are behind the source, by asking the source itself: while the tables are
 * down there are no commits, so figures that come only with commits would not change.
 */
export class LagWatch<T> {
  readonly #options: StreamOptions<T>;
  readonly #standing: Standing;
  readonly #over = new AbortController();
  /** The last acknowledgements of the tables; unknown while the run goes back. */
  readonly #acknowledged = new WeakMap<PartitionTask, number>();
  #ranges = new Map<number, PartitionRange>();
  #answered: number;
  #asking = false;

  constructor(options: StreamOptions<T>, standing: Standing) {
    this.#options = options;
    this.#standing = standing;
    this.#answered = options.clock.elapsed();
  }

  begin(): void {
    if (this.#options.onEvent !== undefined) void this.#run();
  }

  end(): void {
    this.#over.abort();
  }

  async #run(): Promise<void> {
    const { clock, onEvent } = this.#options;
    const { signal } = this.#over;
    for (;;) {
      await clock.sleep(EVERY, signal);
      if (signal.aborted) return;
      if (!this.#asking) void this.#ask();
      const now = clock.elapsed();
      const partitions = [...this.#standing.tasks.values()].map((task) => {
        const { partition, from, end, unsavedSince, engine } = task;
        const written = this.#standing.acknowledged(partition) ?? this.#acknowledged.get(task) ?? from;
        this.#acknowledged.set(task, written);
        const known = Math.max(end, this.#ranges.get(partition)?.end ?? 0);
        const unsaved = unsavedSince === undefined ? 0 : now - unsavedSince;
        const keys = Object.fromEntries(engine.operators.map(({ layout, state }) => [layout.name, state.size]));
        return { partition, behind: Math.max(0, known - written), unsaved, keys };
      });
      const unanswered = now - this.#answered;
      onEvent?.({ type: 'lag', partitions, committing: this.#standing.committing(), unanswered });
    }
  }

  /** Asks, however long it takes; meanwhile reports continue with the known figures. */
  async #ask(): Promise<void> {
    this.#asking = true;
    try {
      const ranges = await this.#options.source.ranges();
      this.#ranges = new Map(ranges.map((range) => [range.partition, range]));
      this.#answered = this.#options.clock.elapsed();
    } catch {
      // The report shows how long it has not answered; the reader of the source reports the error.
    } finally {
      this.#asking = false;
    }
  }
}
