import { isStockafolioError, type StockafolioError } from '@stockafolio/core';
import type { Clock } from '@stockafolio/core/ports';
import { FileChanged } from './answers.js';

export interface PatienceOptions {
  readonly clock: Pick<Clock, 'elapsed' | 'sleep'>;
  /** Milliseconds for which a store that has answered before is retried. */
  readonly retryFor: number;
  /** Milliseconds for which a store that has never answered is retried: its address is most likely wrong. */
  readonly firstRetryFor: number;
}

const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 2_000;

/** Retries requests to a store that did not answer, at growing intervals, for a limited time. */
export class Patience {
  readonly #options: PatienceOptions;
  #answered = false;

  constructor(options: PatienceOptions) {
    this.#options = options;
  }

  /** The store exists, although it did not answer the question. */
  heard(): void {
    this.#answered = true;
  }

  /**
   * The first result that is not ERR_FILES_UNAVAILABLE, or an error that says that the file has changed.
   *
   * @param attempt receives the number of earlier attempts
   * @param isElsewhere whether, after this error of the last attempt, the next attempt asks a server that has not been
   * asked yet: then there is a next attempt, however late it is
   */
  async ask<T>(
    attempt: (before: number) => Promise<T>,
    isElsewhere: (error: StockafolioError, before: number) => boolean = () => false,
  ): Promise<T> {
    const { clock } = this.#options;
    const began = clock.elapsed();
    for (let before = 0; ; before++) {
      try {
        const answer = await attempt(before);
        this.#answered = true;
        return answer;
      } catch (error) {
        if (!isStockafolioError(error, 'ERR_FILES_UNAVAILABLE') || error instanceof FileChanged) {
          if (isStockafolioError(error)) this.#answered = true;
          throw error;
        }
        const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** before);
        const until = began + (this.#answered ? this.#options.retryFor : this.#options.firstRetryFor);
        if (clock.elapsed() + pause > until && !isElsewhere(error, before)) throw error;
        await clock.sleep(pause);
      }
    }
  }
}
