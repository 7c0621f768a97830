import type { Clock, PartitionRange, Source } from '@stockafolio/core/ports';

/** How often the source is asked, at most, and how old its answer may be, in milliseconds. */
const AGAIN = 1_000;
const TOO_OLD = 30_000;

/** Knows how far a source goes, without ever letting anybody wait for it: a source that does not answer is not known. */
export class SourceEnds {
  readonly #source: Pick<Source, 'ranges'>;
  readonly #clock: Pick<Clock, 'now'>;
  #ranges: readonly PartitionRange[] | undefined;
  #asked = Number.NEGATIVE_INFINITY;
  #answered = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | undefined;

  constructor(source: Pick<Source, 'ranges'>, clock: Pick<Clock, 'now'>) {
    this.#source = source;
    this.#clock = clock;
  }

  /**
   * Messages that are in the source and not yet in tables which have come to these offsets; null where that is not known, as
   * before the first answer.
   */
  behind(offsets: ReadonlyMap<number, number>): number | null {
    const now = this.#clock.now();
    if (this.#asking === undefined && now - this.#asked >= AGAIN) {
      this.#asked = now;
      this.#asking = this.#ask().finally(() => (this.#asking = undefined));
    }
    if (this.#ranges === undefined || now - this.#answered > TOO_OLD) return null;
    return this.#ranges.reduce(
      (sum, { partition, oldest, end }) => sum + Math.max(0, end - Math.max(oldest, offsets.get(partition) ?? 0)),
      0,
    );
  }

  async #ask(): Promise<void> {
    try {
      this.#ranges = await this.#source.ranges();
      this.#answered = this.#clock.now();
    } catch {
      // What is known stays so until it is too old; the stream itself says what is wrong with its source.
    }
  }
}
