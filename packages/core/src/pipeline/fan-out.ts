import { Observable } from 'rxjs';

type Receiver<T> = (value: T) => void;

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

  get observed(): boolean {
    return this.#receivers.length > 0;
  }

  next(value: T): void {
    const receivers = this.#receivers;
    for (let n = 0; n < receivers.length; n++) (receivers[n] as Receiver<T>)(value);
  }

  /** Answers how to take the receiver away again. */
  add(receiver: Receiver<T>): () => void {
    this.#receivers = [...this.#receivers, receiver];
    return () => {
      this.#receivers = this.#receivers.filter((other) => other !== receiver);
    };
  }
}

/** What a {@link FanOut} sends. */
export class FanOutObservable<T> extends Observable<T> {
  readonly #fanOut: FanOut<T>;

  constructor(fanOut: FanOut<T>) {
    super((subscriber) => fanOut.add((value) => subscriber.next(value)));
    this.#fanOut = fanOut;
  }

  /** Sends every value to a receiver that never throws, for good. */
  to(receiver: Receiver<T>): void {
    this.#fanOut.add(receiver);
  }
}

/** Sends what comes from a source to a receiver that never throws; errors are those of functions in between. */
export function receive<T>(source: Observable<T>, next: Receiver<T>, error: (error: unknown) => void): void {
  if (source instanceof FanOutObservable) (source as FanOutObservable<T>).to(next);
  else source.subscribe({ next, error });
}
