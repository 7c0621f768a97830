import type { Clock } from '@stockafolio/core/ports';
import { DeadLetterWatch, type ManyDeadLetters, manyDeadLetters, type PartitionEngine } from '@stockafolio/engine';
import type { BatchUnit } from './options.js';

/** Watches whether many messages of a unit are dead-lettered, and ends it if it is to end then. */
export class UnitDeadLetters {
  readonly #unit: BatchUnit;
  readonly #clock: Pick<Clock, 'elapsed'>;
  readonly #engine: PartitionEngine;
  readonly #watch: DeadLetterWatch;
  #rejected = 0;
  #worst: ManyDeadLetters | undefined;

  constructor(unit: BatchUnit, clock: Pick<Clock, 'elapsed'>, engine: PartitionEngine) {
    this.#unit = unit;
    this.#clock = clock;
    this.#engine = engine;
    this.#watch = new DeadLetterWatch(unit, clock.elapsed());
  }

  /** The worst period, as a part of the unit's result. */
  get found(): { readonly manyDeadLetters?: ManyDeadLetters } {
    return this.#worst === undefined ? {} : { manyDeadLetters: this.#worst };
  }

  /** Counts messages that the engine has processed. @throws ERR_MANY_DEAD_LETTERS if that is to end the unit */
  add(records: number): void {
    const { rejected, lastRejection } = this.#engine;
    const more = rejected - this.#rejected;
    this.#rejected = rejected;
    this.#judge(this.#watch.add(records, more, lastRejection, this.#clock.elapsed()));
  }

  /** All messages are processed. @throws ERR_MANY_DEAD_LETTERS if that is to end the unit */
  end(): void {
    this.#judge(this.#watch.end());
  }

  #judge(many: ManyDeadLetters | undefined): void {
    if (many === undefined) return;
    if (this.#unit.onManyDeadLetters === 'fail') throw manyDeadLetters(many);
    const share = (of: ManyDeadLetters | undefined): number => (of === undefined ? 0 : of.rejected / of.records);
    if (share(many) > share(this.#worst)) this.#worst = many;
  }
}
