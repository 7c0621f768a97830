import type { StateList } from '@stockafolio/core';
import { ProcessMap } from './process-map.js';
import type { Plain, ProcessTurn } from './process-turn.js';

/** A list below the current key of `processByKey`: a map whose keys are consecutive numbers. */
export class ProcessList implements StateList<Plain> {
  readonly #values: ProcessMap;

  constructor(turn: ProcessTurn, name: string, names: readonly string[]) {
    this.#values = new ProcessMap(turn, name, names);
  }

  get length(): number {
    return this.#values.size;
  }

  append(value: Plain): void {
    const last = this.#values.lastKey();
    this.#values.set(last === undefined ? 0 : (last as number) + 1, value);
  }

  shift(): Plain | undefined {
    const first = this.#values.first();
    if (first !== undefined) this.#values.delete(first[0]);
    return first?.[1];
  }

  clear(): void {
    this.#values.clear();
  }

  first(): Plain | undefined {
    return this.#values.first()?.[1];
  }

  last(): Plain | undefined {
    return this.#values.last()?.[1];
  }

  *[Symbol.iterator](): IterableIterator<Plain> {
    for (const [, value] of this.#values) yield value;
  }
}
