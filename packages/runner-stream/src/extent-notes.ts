import type { PartitionRange } from '@stockafolio/core/ports';
import type { ArchiveOptions } from './archive-options.js';
import { asStockafolioError } from './until-back.js';

/** In milliseconds. */
const NOTE_EVERY = 60_000;

/**
 * Records in the archive what the source holds: so its readers can tell an empty partition from one that nobody has
 * archived.
 */
export class ExtentNotes<T> {
  readonly #options: Pick<ArchiveOptions<T>, 'archive' | 'source' | 'clock'>;
  #notedAt = 0;
  /** The last recorded extent, for comparison. */
  #noted = '';

  constructor(options: Pick<ArchiveOptions<T>, 'archive' | 'source' | 'clock'>) {
    this.#options = options;
  }

  async note(source: string, ranges: readonly PartitionRange[]): Promise<void> {
    const { archive, clock } = this.#options;
    const text = JSON.stringify(ranges);
    if (text !== this.#noted) await archive.writeExtent?.({ source, at: clock.now(), ranges });
    this.#noted = text;
    this.#notedAt = clock.elapsed();
  }

  /**
   * Records it once a minute. If the store is unavailable, the next call tries again: archiving itself waits for the
   * store, and reports it.
   */
  async noteIfDue(source: string): Promise<void> {
    if (this.#noted === '' || this.#options.clock.elapsed() - this.#notedAt < NOTE_EVERY) return;
    await this.noteNow(source);
  }

  async noteNow(source: string): Promise<void> {
    if (this.#noted === '') return;
    try {
      await this.note(source, await this.#options.source.ranges());
    } catch (error) {
      if (!asStockafolioError(error).retryable) throw error;
      this.#notedAt = this.#options.clock.elapsed();
    }
  }
}
