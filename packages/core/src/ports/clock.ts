/** The only source of the time of day, and of how long something took. */
export interface Clock {
  /** Epoch milliseconds: the machine's time of day. It may be set back or forward at any moment. */
  now(): number;
  /**
   * Milliseconds since some moment, which never go back: the difference of two is how long something took. Intervals,
   * deadlines and due times use only this clock.
   */
  elapsed(): number;
  /** Resolves after this many milliseconds, or immediately when the signal is aborted. */
  sleep(ms: number, signal?: AbortSignalLike): Promise<void>;
}

/** What core needs of an AbortSignal, so that it depends on no platform's types. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}
