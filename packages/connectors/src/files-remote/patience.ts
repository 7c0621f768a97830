import { isStockafolioError, type StockafolioError } from '@stockafolio/core';
import type { Clock } from '@stockafolio/core/ports';
import { FileChanged } from './answers.js';

export interface PatienceOptions {
  readonly clock: Pick<Clock, 'elapsed' | 'sleep'>;
  /** Milliseconds for which a store that has answered before is asked again. */
  readonly retryFor: number;
  /** Milliseconds for which one that has never answered is: its address is most likely wrong. */
  readonly firstRetryFor: number;
}

const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 2_000;

/** Asks a store again that did not answer, ever less often, for so long and no longer. */
export class Patience {
  readonly #options: PatienceOptions;
  #answered = false;

  constructor(options: PatienceOptions) {
    this.#options = options;
  }

  /** The store is there, though what it said was no answer to what was asked. */
  heard(): void {
    this.#answered = true;
  }

  /**
   * The first answer that is no ERR_FILES_UNAVAILABLE, or says that the file is another now.
   *
   * @param attempt told how many attempts there were before
   * @param isElsewhere whether, after this error of the last attempt, the next one asks another server that has not been
   * asked yet: then there is a next one, however late it is
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
