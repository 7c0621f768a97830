import { type Fields, Update } from '@stockafolio/core';
import type { KeyTuple, SlidingNodeOptions } from '@stockafolio/core/plan';
import type { SubKeys } from '@stockafolio/core/ports';
import type { Operator, Timers } from '../operator/operator.js';
import { beginState, type BeginState } from './first-record.js';
import { keyReader } from './key-reader.js';
import type { OperatorHost } from './operator-host.js';

const NONE = -1;

/**
 * Executes `slidingWindow`: the moments of a key are its sub-keys, by their time, each with the state of its records. The
 * state of the key itself is the figure of its last record.
 */
export class SlidingFold<T, F extends Fields> implements Operator<T> {
  readonly #host: OperatorHost;
  readonly #options: SlidingNodeOptions<T, F>;
  readonly #moments: SubKeys;
  readonly #keyOf: (record: T) => KeyTuple;
  readonly #begin: BeginState<T> | undefined;
  /** Timers of moments, not of keys. */
  readonly #dropping: Timers;

  constructor(host: OperatorHost, options: SlidingNodeOptions<T, F>) {
    this.#host = host;
    this.#options = options;
    this.#moments = host.state.subKeys('moments');
    this.#keyOf = keyReader(options.key, `operator '${host.node.name}'`);
    this.#begin = beginState({ node: host.node, state: this.#moments }, options);
    this.#dropping = host.timers();
  }

  process(record: T): void {
    const host = this.#host;
    const moments = this.#moments;
    const { time, watermark, record: number, version } = host.moment;
    // A record is in windows from its time on, so from the next millisecond on nothing waits for it.
    const until = time + 1 + this.#options.allowedLateness;
    if (until <= watermark) {
      host.late(until);
      return;
    }
    const key = this.#keyOf(record);
    const slot = host.select(key);
    const moment = moments.upsert(slot, time, number, version);
    if (moments.created) {
      this.#begin?.(record);
      this.#dropping.add(this.#neededUntil(moment), moment, number);
    }
    (this.#options.fold as (state: object, record: T) => unknown)(moments.at(moment), record);
    this.#addUp(slot, time);
    host.emit(new Update(key, host.state.at(slot).$copy(), record, undefined));
  }

  advance(watermark: number): void {
    this.#dropping.take(watermark, (moment) => {
      const slot = this.#moments.above(moment);
      this.#moments.remove(moment);
      if (this.#moments.count(slot) === 0) this.#host.state.remove(slot);
    });
  }

  restored(): void {
    const { state } = this.#host;
    const moments = this.#moments;
    state.forEachLive((slot) => {
      for (let each = moments.first(slot); each !== NONE; each = moments.next(each))
        this.#dropping.add(this.#neededUntil(each), each, -1);
    });
  }

  /** Makes the figure of a key at a time, by merging the moments of the window, the oldest first. */
  #addUp(slot: number, time: number): void {
    const moments = this.#moments;
    const from = time - this.#options.size;
    const merge = this.#options.merge as (into: object, from: object) => unknown;
    let moment = moments.from(slot, from);
    if (moments.key(moment) === from) moment = moments.next(moment);
    const figure = this.#host.state.at(slot);
    Object.assign(figure, moments.at(moment).$copy());
    for (moment = moments.next(moment); moment !== NONE && this.#timeOf(moment) <= time; moment = moments.next(moment))
      merge(figure, moments.at(moment).$copy());
  }

  /** The watermark at which every record whose window reaches back to a moment would be late. */
  #neededUntil(moment: number): number {
    const { size, allowedLateness } = this.#options;
    return this.#timeOf(moment) + size + allowedLateness;
  }

  #timeOf(moment: number): number {
    return this.#moments.key(moment) as number;
  }
}
