import { readFloors } from '@stockafolio/engine';
import type { StreamOptions } from './options.js';
import type { PartitionTask } from './partition-task.js';

/** `reconcile --repair` waits longer than this before it relies on a run to know a floor. */
const EVERY = 5_000;

/**
 * Checks from time to time whether rows were repaired above the versions of this run. Nothing waits for the answer.
 */
export class FloorWatch {
  readonly #options: Pick<StreamOptions<unknown>, 'clock' | 'tables' | 'pipeline'>;
  #at = 0;
  #looking: Promise<void> | undefined;

  constructor(options: Pick<StreamOptions<unknown>, 'clock' | 'tables' | 'pipeline'>) {
    this.#options = options;
  }

  begin(): void {
    this.#at = this.#options.clock.elapsed();
  }

  look(tasks: Iterable<PartitionTask>): void {
    const { clock, tables, pipeline } = this.#options;
    if (this.#looking !== undefined || clock.elapsed() - this.#at < EVERY) return;
    this.#at = clock.elapsed();
    this.#looking = readFloors(tables, pipeline.name)
      .then((floors) => {
        for (const { partition, engine } of tasks) engine.setFloors(floors.get(partition) ?? []);
      })
      // The next commit reports unavailable tables, and they are asked again.
      .catch(() => undefined)
      .finally(() => (this.#looking = undefined));
  }

  async settle(): Promise<void> {
    await this.#looking;
  }
}
