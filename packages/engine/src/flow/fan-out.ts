import type { Moments } from './moments.js';

/** A function that receives values one by one. */
export type Receiver<T> = (value: T) => void;

/** An operator that can process a batch of records at once. */
export interface BatchReceiver<T> {
  /**
   * Whether it emits nothing for a record: neither a row nor a value that passes through functions in between. Then it
   * does not matter whether other operators have seen the record before.
   */
  readonly isQuiet: boolean;
  /** Whether its state has a key for each key of the stream. */
  readonly keepsStreamKey: boolean;
  /** Reads ahead what it will need for these records of a batch, which it is given one by one. */
  readAhead?(records: readonly T[], moments: Moments, from: number, to: number): void;
  /** Processes `records[from]` to `records[to - 1]`; ends early if one fails. */
  processBatch(records: readonly T[], moments: Moments, from: number, to: number): void;
}

/** The receivers of a batch. */
export interface Parted<T> {
  readonly quiet: readonly BatchReceiver<T>[];
  readonly others: readonly Receiver<T>[];
  /** Those of the others that may read ahead. */
  readonly readers: readonly BatchReceiver<T>[];
}

/** The number of the connection that is being made; receivers are called in the order of their connections. */
let connecting = 0;

/** Makes the connection with this number: receivers added meanwhile are called before those of higher numbers. */
export function inOrder(number: number, connect: () => void): void {
  const outer = connecting;
  connecting = number;
  try {
    connect();
  } finally {
    connecting = outer;
  }
}

/**
 * Where records leave the engine or an operator: directly attached receivers are called without a subscriber in
 * between; all others subscribe.
 *
 * It does what a `Subject` does, except for what a pipeline never uses: it never completes, and an error ends only one
 * subscriber. There are as many of these calls as operators for every record, so they are kept short.
 */
export class FanOut<T> {
  /** Never changed in place: receivers may be added or removed while a value is being sent. */
  #receivers: readonly Receiver<T>[] = [];
  /** By receiver, the number of the connection for which it was added. */
  #numbers: readonly number[] = [];
  readonly #operators = new Map<Receiver<T>, BatchReceiver<T>>();

  get observed(): boolean {
    return this.#receivers.length > 0;
  }

  /** Whether all its receivers are quiet operators. */
  get isQuiet(): boolean {
    return this.#receivers.every((receiver) => this.#operators.get(receiver)?.isQuiet === true);
  }

  next(value: T): void {
    const receivers = this.#receivers;
    for (let n = 0; n < receivers.length; n++) (receivers[n] as Receiver<T>)(value);
  }

  /** Sends values of a batch to its receivers, which must all be quiet operators. */
  nextBatch(values: readonly T[], moments: Moments): void {
    for (const receiver of this.#receivers) {
      this.#operators.get(receiver)?.processBatch(values, moments, 0, values.length);
    }
  }

  /**
   * Returns a function that removes the receiver again.
   * @param operator the operator whose receiver it is
   */
  add(receiver: Receiver<T>, operator?: BatchReceiver<T>): () => void {
    const later = this.#numbers.findIndex((number) => number > connecting);
    const at = later < 0 ? this.#numbers.length : later;
    this.#receivers = this.#receivers.toSpliced(at, 0, receiver);
    this.#numbers = this.#numbers.toSpliced(at, 0, connecting);
    if (operator !== undefined) this.#operators.set(receiver, operator);
    return () => {
      const left = this.#receivers.indexOf(receiver);
      if (left < 0) return;
      this.#receivers = this.#receivers.toSpliced(left, 1);
      this.#numbers = this.#numbers.toSpliced(left, 1);
    };
  }

  /** The quiet operators, which may process a batch at once, and all other receivers; of these, the operators too. */
  parted(): Parted<T> {
    const quiet: BatchReceiver<T>[] = [];
    const others: Receiver<T>[] = [];
    const readers: BatchReceiver<T>[] = [];
    for (const receiver of this.#receivers) {
      const operator = this.#operators.get(receiver);
      if (operator?.isQuiet === true) quiet.push(operator);
      else {
        others.push(receiver);
        if (operator !== undefined) readers.push(operator);
      }
    }
    return { quiet, others, readers };
  }
}
