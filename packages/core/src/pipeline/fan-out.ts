import type { Moments } from './moments.js';

/** Whoever is sent values one by one. */
export type Receiver<T> = (value: T) => void;

/** An operator that can take a stretch of records at once. */
export interface StretchReceiver<T> {
  /**
   * Whether nothing leaves it for a record: neither a row nor a value that runs through functions in between. Then it
   * does not matter whether other operators have seen the record before it.
   */
  readonly isQuiet: boolean;
  /** Whether its state has a key for each of the stream's own. */
  readonly keepsStreamKey: boolean;
  /** Takes in `records[from]` to `records[to - 1]`; ends early where one fails. */
  takeStretch(records: readonly T[], moments: Moments, from: number, to: number): void;
}

/** The number of the connection that is being made; receivers are called in the order of theirs. */
let connecting = 0;

/** Makes the connection of this number: whoever subscribes meanwhile is called before those of higher numbers. */
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
 * Where records leave the engine or an operator: whoever hangs right on it is called, without a subscriber in between;
 * all others subscribe.
 *
 * Does what a `Subject` does, less what a pipeline has no use for (it never completes, and an error ends one subscriber
 * only); and there are as many of these calls as operators for every record, so they are kept short.
 */
export class FanOut<T> {
  /** Never changed in place: a receiver may leave, or come, while a value goes round. */
  #receivers: readonly Receiver<T>[] = [];
  /** By receiver, the number of the connection for which it came. */
  #numbers: readonly number[] = [];
  readonly #operators = new Map<Receiver<T>, StretchReceiver<T>>();

  get observed(): boolean {
    return this.#receivers.length > 0;
  }

  /** Whether all that hang on it are quiet operators. */
  get isQuiet(): boolean {
    return this.#receivers.every((receiver) => this.#operators.get(receiver)?.isQuiet === true);
  }

  next(value: T): void {
    const receivers = this.#receivers;
    for (let n = 0; n < receivers.length; n++) (receivers[n] as Receiver<T>)(value);
  }

  /** Sends values of a stretch to quiet operators, of which all that hang on it must be. */
  nextStretch(values: readonly T[], moments: Moments): void {
    for (const receiver of this.#receivers) {
      this.#operators.get(receiver)?.takeStretch(values, moments, 0, values.length);
    }
  }

  /**
   * Answers how to take the receiver away again.
   * @param operator what it is the receiver of
   */
  add(receiver: Receiver<T>, operator?: StretchReceiver<T>): () => void {
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

  /** The quiet operators, which may take a stretch at once, and all the others. */
  parted(): { readonly quiet: readonly StretchReceiver<T>[]; readonly others: readonly Receiver<T>[] } {
    const quiet: StretchReceiver<T>[] = [];
    const others: Receiver<T>[] = [];
    for (const receiver of this.#receivers) {
      const operator = this.#operators.get(receiver);
      if (operator?.isQuiet === true) quiet.push(operator);
      else others.push(receiver);
    }
    return { quiet, others };
  }
}
