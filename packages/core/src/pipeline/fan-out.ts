import { Observable, type Subscriber } from 'rxjs';

/**
 * Where records leave the engine or an operator: an observable, and how to send to whoever is subscribed.
 *
 * Does what a `Subject` does, less what a pipeline has no use for (it never completes, and an error ends one subscriber
 * only); and there are as many of these calls as operators for every record, so they are kept short.
 */
export class FanOut<T> {
  readonly observable: Observable<T>;
  /** Never changed in place: a subscriber may leave, or come, while a value goes round. */
  #subscribers: readonly Subscriber<T>[] = [];

  constructor() {
    this.observable = new Observable((subscriber) => {
      this.#subscribers = [...this.#subscribers, subscriber];
      return () => {
        this.#subscribers = this.#subscribers.filter((other) => other !== subscriber);
      };
    });
  }

  get observed(): boolean {
    return this.#subscribers.length > 0;
  }

  next(value: T): void {
    const subscribers = this.#subscribers;
    for (let n = 0; n < subscribers.length; n++) (subscribers[n] as Subscriber<T>).next(value);
  }
}
