/**
 * Schedules a periodic task of one of several peers. Each peer is due once per interval, at its own offset within it,
 * so that they take turns and never run all at once. Running late or early does not move the offset. Times are those of
 * `Clock.elapsed`.
 */
export class Turn {
  readonly #interval: number;
  #due: number;

  /**
   * @param interval milliseconds from one turn to the next
   * @param index the index of this peer, from 0 on
   * @param of the number of peers
   */
  constructor(interval: number, index: number, of: number, now: number) {
    this.#interval = interval;
    this.#due = now + interval * (1 - index / of);
  }

  isDue(now: number): boolean {
    return now >= this.#due;
  }

  /** Records that the task was done. */
  done(now: number): void {
    if (!this.isDue(now)) return;
    const interval = this.#interval;
    this.#due = interval === 0 ? now : this.#due + interval * (1 + Math.floor((now - this.#due) / interval));
  }
}
