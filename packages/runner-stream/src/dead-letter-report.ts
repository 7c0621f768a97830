import { DeadLetterWatch, type ManyDeadLetters, manyDeadLetters } from '@stockafolio/engine';
import type { StreamOptions } from './options.js';
import type { PartitionTask } from './partition-task.js';

/** Reports if a run dead-letters many of its messages, or says that it must end. */
export class DeadLetterReport<T> {
  readonly #options: StreamOptions<T>;
  readonly #watch: DeadLetterWatch;
  #excess: ManyDeadLetters | undefined;

  constructor(options: StreamOptions<T>) {
    this.#options = options;
    this.#watch = new DeadLetterWatch(options, options.clock.elapsed());
  }

  /** Whether the run must end. */
  get mustEnd(): boolean {
    return this.#excess !== undefined;
  }

  /** Counts messages that a partition has processed, and those of them that it rejected. */
  add({ engine }: PartitionTask, records: number, rejected: number): void {
    this.#report(this.#watch.add(records, rejected, engine.lastRejection, this.#options.clock.elapsed()));
  }

  /** The run is over: judges what came last. @throws ERR_MANY_DEAD_LETTERS if that is to end runs */
  end(): void {
    this.#report(this.#watch.end());
    if (this.#excess !== undefined) throw manyDeadLetters(this.#excess);
  }

  #report(many: ManyDeadLetters | undefined): void {
    if (many === undefined) return;
    this.#options.onEvent?.({ type: 'many-dead-letters', ...many });
    if (this.#options.onManyDeadLetters === 'fail') this.#excess ??= many;
  }
}
