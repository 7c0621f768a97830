import { isStockafolioError } from '@stockafolio/core';
import type { Codec } from '@stockafolio/core/ports';
import { FIGURES_STAY_OPEN } from '../pipeline.js';
import { trades, type StreamEvent } from '../account-stream.js';

/**
 * Knows from the trades of each partition which figures of the firm are closed there: a trade that belongs to them is
 * dead-lettered for them, although its user's own figures count it.
 */
export class ClosedDays {
  private readonly codec: Codec<StreamEvent>;
  /** The time of the newest event of each partition: the clock of the firm's figures. */
  private readonly newest = new Map<number, number>();

  constructor(codec: Codec<StreamEvent>) {
    this.codec = codec;
  }

  /** Takes a message of the source into account. */
  note(partition: number, message: Uint8Array): void {
    try {
      const { time } = this.codec.decode(message);
      if (time > (this.newest.get(partition) ?? Number.NEGATIVE_INFINITY)) this.newest.set(partition, time);
    } catch (error) {
      // A message that is no trade closes nothing.
      if (!isStockafolioError(error, 'ERR_BAD_RECORD')) throw error;
    }
  }

  /** Whether a trade of this time comes too late for some of the firm's figures. */
  hasClosed(partition: number, time: number): boolean {
    const newest = this.newest.get(partition);
    return newest !== undefined && time + FIGURES_STAY_OPEN < newest - trades.outOfOrderness;
  }
}
