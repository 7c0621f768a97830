import type { CountedWindow, Fields, ObjectOf } from '@stockafolio/core';
import type { CountNodeOptions, KeyTuple } from '@stockafolio/core/plan';
import type { SubKeys } from '@stockafolio/core/ports';
import type { Operator } from '../operator/operator.js';
import { beginState, type BeginState } from './first-record.js';
import { keyReader } from './key-reader.js';
import type { OperatorHost } from './operator-host.js';

/** The operator's own fields of a key. */
interface Hidden {
  /** Number of its records so far. */
  $count: number;
}

/** Executes `countWindow`: the open windows of a key are its sub-keys, by their index. */
export class CountFold<T, F extends Fields> implements Operator<T> {
  readonly #host: OperatorHost;
  readonly #options: CountNodeOptions<T, F>;
  readonly #windows: SubKeys;
  readonly #keyOf: (record: T) => KeyTuple;
  readonly #begin: BeginState<T> | undefined;

  constructor(host: OperatorHost, options: CountNodeOptions<T, F>) {
    this.#host = host;
    this.#options = options;
    this.#windows = host.state.subKeys('windows');
    this.#keyOf = keyReader(options.key, `operator '${host.node.name}'`);
    this.#begin = beginState({ node: host.node, state: this.#windows }, options);
  }

  process(record: T): void {
    const { size, slide } = this.#options;
    const host = this.#host;
    const slot = host.select(this.#keyOf(record));
    const hidden = host.fields as unknown as Hidden;
    const number = hidden.$count++;
    const newest = Math.floor(number / slide);
    for (let index = Math.max(0, Math.ceil((number - size + 1) / slide)); index <= newest; index++) {
      const window = this.#fold(slot, index, record);
      if (index * slide + size - 1 === number) this.#complete(slot, window);
    }
  }

  #fold(slot: number, index: number, record: T): number {
    const windows = this.#windows;
    const { record: number, version } = this.#host.moment;
    const window = windows.upsert(slot, index, number, version);
    if (windows.created) this.#begin?.(record);
    (this.#options.fold as (state: object, record: T) => unknown)(windows.at(window), record);
    return window;
  }

  #complete(slot: number, window: number): void {
    const host = this.#host;
    const figure: CountedWindow<KeyTuple, ObjectOf<F>> = {
      key: host.state.key(slot),
      index: this.#windows.key(window) as number,
      value: this.#windows.at(window).$copy() as ObjectOf<F>,
    };
    this.#windows.remove(window, host.moment.record);
    host.emit(figure);
  }
}
