import type { KeyPart } from '../stream/index.js';
import type { Table } from '../table/index.js';
import { FanOutObservable, type FanOut } from './fan-out.js';

/**
 * What a keyed operator emits for a record: the key it changed, what the state of that key is now, the record, and
 * what the fold returned. A plain copy: it may be kept.
 */
export class Update<K extends readonly unknown[], V, T = unknown, R = unknown> {
  readonly key: K;
  readonly value: V;
  readonly record: T;
  readonly result: R;

  constructor(key: K, value: V, record: T, result: R) {
    this.key = key;
    this.value = value;
    this.record = record;
    this.result = result;
  }
}

/** An operator whose state can be written to a table as it stands at the commit, with no object made in between. */
export interface DirectOrigin {
  readonly name: string;
  attach(table: Table): void;
}

/** The output of an operator that keeps state; `into` reads the state itself where nothing stands in between. */
export class StateObservable<T> extends FanOutObservable<T> {
  readonly origin: DirectOrigin;

  constructor(origin: DirectOrigin, output: FanOut<T>) {
    super(output);
    this.origin = origin;
  }
}

export type KeyTuple = readonly KeyPart[];
