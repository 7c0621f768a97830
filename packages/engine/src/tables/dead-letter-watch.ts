import { StockafolioError } from '@stockafolio/core';

/** A message that was rejected as a whole. */
export interface Rejection {
  readonly partition: number;
  readonly offset: number;
  readonly code: string;
  /** What is wrong, as its dead letter says. */
  readonly cause: string;
}

/** Of so many messages, so many were rejected as a whole. */
export interface ManyDeadLetters {
  readonly records: number;
  readonly rejected: number;
  readonly last: Rejection | undefined;
}

/** What a run does that dead-letters more than a share of its messages. */
export interface DeadLetterOptions {
  /**
   * The share of the messages of a minute, from 0 to 1, above which dead letters are many; all of the first 100 messages
   * are too. Late records do not count: other operators have processed them. Defaults to 0.01.
   */
  readonly deadLetterShare?: number | undefined;
  /** Defaults to `warn`, which reports it. `fail` ends the run with ERR_MANY_DEAD_LETTERS. */
  readonly onManyDeadLetters?: 'warn' | 'fail' | undefined;
}

const SHARE = 0.01;
/** A share is taken of at least so many messages: of fewer it says little. */
const FEWEST = 100;
/** In milliseconds. */
const PERIOD = 60_000;

/**
 * Watches how many messages of a run are rejected as a whole. A pipeline or a producer that is wrong from some moment on
 * would otherwise fill the dead letters in silence.
 */
export class DeadLetterWatch {
  readonly #share: number;
  /** Whether no message was accepted so far; false once that was judged. */
  #isFirst = true;
  #began: number;
  #records = 0;
  #rejected = 0;
  #last: Rejection | undefined;

  /**
   * @param now as all times given here, by `Clock.elapsed`
   * @throws ERR_USAGE if the share is not one
   */
  constructor({ deadLetterShare = SHARE }: DeadLetterOptions, now: number) {
    if (!(deadLetterShare >= 0 && deadLetterShare <= 1)) {
      throw new StockafolioError('ERR_USAGE', `deadLetterShare cannot be ${deadLetterShare}`, {
        hint: 'it is a share of the messages, from 0 to 1',
      });
    }
    this.#share = deadLetterShare;
    this.#began = now;
  }

  /**
   * Counts messages, and those of them that were rejected.
   *
   * @returns the figures of a period that had too many; undefined otherwise
   */
  add(records: number, rejected: number, last: Rejection | undefined, now: number): ManyDeadLetters | undefined {
    this.#records += records;
    this.#rejected += rejected;
    if (rejected > 0) this.#last = last;
    if (this.#rejected < this.#records) this.#isFirst = false;
    if (this.#records < FEWEST) return undefined;
    if (!this.#isFirst && now - this.#began < PERIOD) return undefined;
    this.#isFirst = false;
    this.#began = now;
    return this.end();
  }

  /** Ends a period: judges it as if its time were over. */
  end(): ManyDeadLetters | undefined {
    const many = { records: this.#records, rejected: this.#rejected, last: this.#last };
    if (many.records < FEWEST) return undefined;
    this.#records = 0;
    this.#rejected = 0;
    return many.rejected > many.records * this.#share ? many : undefined;
  }
}

/** In words, with the last of them. */
export function describeMany({ records, rejected, last }: ManyDeadLetters): string {
  const [cause = ''] = (last?.cause ?? '').split('\n', 1);
  const which =
    last === undefined ? '' : `: partition ${last.partition}, offset ${last.offset}: ${last.code}: ${cause}`;
  return `${rejected} of the last ${records} messages were dead-lettered; the last one${which}`;
}

/** The error of a run that ends because of them. */
export function manyDeadLetters(many: ManyDeadLetters): StockafolioError {
  return new StockafolioError('ERR_MANY_DEAD_LETTERS', describeMany(many), {
    hint: "correct the pipeline if its functions threw (ERR_PIPELINE_DEFECT), otherwise the messages or their format; then replay the dead letters. To continue in spite of them: onManyDeadLetters 'warn' (--on-many-dead-letters warn), or a larger share",
  });
}
