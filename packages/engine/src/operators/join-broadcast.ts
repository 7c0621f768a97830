import type { Joined } from '@stockafolio/core';
import type { JoinBroadcastNodeOptions, KeyTuple } from '@stockafolio/core/plan';
import type { Operator } from '../operator/operator.js';
import { keeper } from './kept-rows.js';
import { keyReader } from './key-reader.js';
import type { OperatorHost } from './operator-host.js';

/**
 * Executes `joinBroadcast`: keeps the last value of each key of a broadcast stream. Keys are in every partition, so they
 * need not be this one's.
 */
export class JoinBroadcast implements Operator<unknown> {
  readonly #host: OperatorHost;
  readonly #keyOf: (record: unknown) => KeyTuple;
  readonly #otherKeyOf: (value: unknown) => KeyTuple;
  readonly #keep: (value: unknown) => void;
  readonly #removes: ((value: never) => boolean) | undefined;
  readonly #emitsAlone: boolean;

  constructor(host: OperatorHost, { key, otherKey, right, kind, removes }: JoinBroadcastNodeOptions) {
    this.#host = host;
    this.#keyOf = keyReader(key, `operator '${host.node.name}', left`);
    this.#otherKeyOf = keyReader(otherKey, `operator '${host.node.name}', right`);
    this.#keep = keeper(`operator '${host.node.name}'`, host.state, right);
    this.#removes = removes;
    this.#emitsAlone = kind === 'left';
  }

  process(record: unknown): void {
    const host = this.#host;
    const key = this.#keyOf(record);
    const isFound = host.state.find(key) >= 0;
    if (!isFound && !this.#emitsAlone) return;
    const { time } = host.moment;
    const right = isFound ? host.state.cursor.$copy() : undefined;
    const joined: Joined<KeyTuple, unknown, object | undefined> = { key, left: record, right, time };
    host.emitAt(joined, time);
  }

  processOther(value: unknown): void {
    const host = this.#host;
    const key = this.#otherKeyOf(value);
    if (this.#removes?.(value as never) === true) {
      const slot = host.state.find(key);
      if (slot >= 0) host.remove(slot);
      return;
    }
    host.select(key);
    this.#keep(value);
  }
}
