import type { DistinctNodeOptions, KeyTuple } from '@stockafolio/core/plan';
import type { Operator, Timers } from '../operator/operator.js';
import { keyReader } from './key-reader.js';
import type { OperatorHost } from './operator-host.js';

interface Seen {
  /** The event time until which its key is remembered, in epoch milliseconds. */
  $until: number;
}

/** Executes `distinctByKey`: passes a record whose key is not in the state, and remembers it for a time. */
export class Distinct<T> implements Operator<T> {
  readonly #host: OperatorHost;
  readonly #keyOf: (record: T) => KeyTuple;
  readonly #within: number;
  readonly #forgetting: Timers;

  constructor(host: OperatorHost, { key, within }: DistinctNodeOptions<T>) {
    this.#host = host;
    this.#keyOf = keyReader(key, `operator '${host.node.name}'`);
    this.#within = within;
    this.#forgetting = host.timers();
  }

  process(record: T): void {
    const host = this.#host;
    const { time, watermark, record: number } = host.moment;
    const until = time + this.#within;
    if (until <= watermark) {
      host.late(until);
      return;
    }
    const slot = host.select(this.#keyOf(record));
    if (!host.state.created) return;
    (host.fields as unknown as Seen).$until = until;
    this.#forgetting.add(until, slot, number);
    host.emit(record);
  }

  advance(watermark: number): void {
    this.#forgetting.take(watermark, (slot) => this.#host.state.remove(slot));
  }

  restored(): void {
    const { state } = this.#host;
    state.forEachLive((slot) => this.#forgetting.add((state.at(slot) as unknown as Seen).$until, slot, -1));
  }
}
