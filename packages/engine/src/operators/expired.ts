import { Update } from '@stockafolio/core';
import type { KeyTuple } from '@stockafolio/core/plan';
import type { FanOut } from '../flow/fan-out.js';
import { compareKeys } from './compare-keys.js';
import type { OperatorHost } from './operator-host.js';

interface Hidden {
  readonly $until: number;
}

interface Figure {
  readonly key: KeyTuple;
  /** When it expires, in epoch milliseconds. */
  readonly until: number;
  readonly value: object;
}

/** The figures of a fold that expire at once, on their way to topics: in the order of (time, key), each with its own time. */
export class Expired {
  readonly #host: OperatorHost;
  readonly #output: FanOut<unknown>;
  readonly #figures: Figure[] = [];

  constructor(host: OperatorHost, output: FanOut<unknown>) {
    this.#host = host;
    this.#output = output;
  }

  /** Adds the figure of a slot, before that is removed. */
  add(slot: number): void {
    const { state } = this.#host;
    const view = state.at(slot);
    const { $until } = view as unknown as Hidden;
    this.#figures.push({ key: state.key(slot), until: $until, value: view.$copy() });
  }

  emit(): void {
    const host = this.#host;
    this.#figures.sort((a, b) => a.until - b.until || compareKeys(a.key, b.key));
    for (const { key, until, value } of this.#figures) {
      const figure = new Update(key, value, undefined, undefined);
      const moment = { time: until, key: host.ownKey(key) };
      host.context.emitFinal(host.node.name, figure, moment, () => this.#output.next(figure));
    }
  }
}
