import type { Clock, PartitionRange, Source } from '@stockafolio/core/ports';

/** How often the source is asked at most, and how old its answer may be, in milliseconds. */
const AGAIN = 1_000;
const TOO_OLD = 10_000;
/** How long a caller waits for an answer if there is none yet, in milliseconds. */
const PATIENCE = 300;

/** Knows the end of a source, without long waits: if the source does not answer, the end is unknown. */
export class SourceEnds {
  readonly #source: Pick<Source, 'ranges'>;
  readonly #clock: Clock;
  #ranges: readonly PartitionRange[] | undefined;
  #asked = Number.NEGATIVE_INFINITY;
  #answered = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | undefined;

  constructor(source: Pick<Source, 'ranges'>, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
  }

  /** Messages that are in the source but not yet in tables with these offsets; null if unknown. */
  async behind(offsets: ReadonlyMap<number, number>): Promise<number | null> {
    const now = this.#clock.elapsed();
    if (this.#asking === undefined && now - this.#asked >= AGAIN) {
      this.#asked = now;
      this.#asking = this.#ask().finally(() => {
        this.#asking = undefined;
      });
    }
    const waited = this.#asking;
    if (waited !== undefined && now - this.#asked < PATIENCE && now - this.#answered > TOO_OLD)
      await this.#soon(waited);
    if (this.#ranges === undefined || this.#clock.elapsed() - this.#answered > TOO_OLD) return null;
    return this.#ranges.reduce(
      (sum, { partition, oldest, end }) => sum + Math.max(0, end - Math.max(oldest, offsets.get(partition) ?? 0)),
      0,
    );
  }

  async #ask(): Promise<void> {
    try {
      this.#ranges = await this.#source.ranges();
      this.#answered = this.#clock.elapsed();
    } catch {
      // The last answer stays valid until it is too old; the stream itself reports errors of its source.
    }
  }

  async #soon(asking: Promise<void>): Promise<void> {
    const enough = new AbortController();
    await Promise.race([asking, this.#clock.sleep(PATIENCE, enough.signal)]);
    enough.abort();
  }
}
