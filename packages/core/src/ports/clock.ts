/** The only way to the time of day, and to how long something took. */
export interface Clock {
  /** Epoch milliseconds: what the machine takes for the time of day. It may be set back or forward at any moment. */
  now(): number;
  /**
   * Milliseconds since some moment, which never go back: the difference of two is how long something took. Intervals,
   * deadlines and whether something is due are taken from this one alone.
   */
  elapsed(): number;
  /** Resolves after so many milliseconds, or at once when the signal is aborted. */
  sleep(ms: number, signal?: AbortSignalLike): Promise<void>;
}

/** What core needs of an AbortSignal, so that it depends on no platform's types. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}
