import { type Span, traced } from '@stockafolio/core/ports';
import type { PreparedCheckpoint } from '@stockafolio/engine';
import type { StreamOptions } from './options.js';
import type { PartitionTask } from './partition-task.js';
import { asStockafolioError } from './until-back.js';

/** The data to store for one cut, and when the cut was taken, by `Clock.elapsed`. */
export interface Saving {
  readonly task: PartitionTask;
  readonly prepared: PreparedCheckpoint;
  readonly taken: number;
}

/** Stores checkpoints in the background, one per partition at a time: rows never wait for the checkpoint store. */
export class CheckpointQueue<T> {
  readonly #options: Pick<StreamOptions<T>, 'onEvent'>;
  readonly #failed: (error: unknown) => void;
  readonly #storing = new Map<PartitionTask, Promise<void>>();

  /** @param failed receives errors that end the run; an unavailable store does not */
  constructor(options: Pick<StreamOptions<T>, 'onEvent'>, failed: (error: unknown) => void) {
    this.#options = options;
    this.#failed = failed;
  }

  /** Whether a checkpoint of this partition is being stored. */
  isStoring(task: PartitionTask): boolean {
    return this.#storing.has(task);
  }

  /** @param span of the commit that took the cut */
  store(saving: Saving, span?: Span): void {
    const { task } = saving;
    this.#storing.set(
      task,
      this.#store(saving, span).finally(() => this.#storing.delete(task)),
    );
  }

  /** Resolves when no checkpoint is being stored. */
  async settle(): Promise<void> {
    while (this.#storing.size > 0) await Promise.all(this.#storing.values());
  }

  async #store({ task, prepared, taken }: Saving, span: Span | undefined): Promise<void> {
    const { onEvent } = this.#options;
    const facts = { partition: task.partition, offset: prepared.offset, bytes: prepared.bytes.length };
    try {
      await traced(span, 'storing a checkpoint', facts, () => task.writer.store(prepared));
      task.unsavedSince = task.engine.position.offset === prepared.offset ? undefined : taken;
      onEvent?.({
        type: 'checkpointed',
        partition: task.partition,
        offset: prepared.offset,
        bytes: prepared.bytes.length,
      });
    } catch (error) {
      // The tables are correct without it; a restart only replays more. The next checkpoint is a full one.
      const failed = asStockafolioError(error);
      if (failed.retryable) onEvent?.({ type: 'checkpoint-failed', error: failed });
      else this.#failed(failed);
    }
  }
}
