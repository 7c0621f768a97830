/**
 * When something that each of several does now and then is due for one of them: every so often, at a place of its own within
 * the interval, so that they do it by turns and never all at once. Doing it late, or before it was due, does not move its
 * place. Times are those of `Clock.elapsed`.
 */
export class Turn {
  readonly #interval: number;
  #due: number;

  /**
   * @param interval milliseconds from one turn to the next
   * @param place which one of them this is, from 0 on
   * @param of how many they are
   */
  constructor(interval: number, place: number, of: number, now: number) {
    this.#interval = interval;
    this.#due = now + interval * (1 - place / of);
  }

  isDue(now: number): boolean {
    return now >= this.#due;
  }

  /** Notes that it is done. */
  done(now: number): void {
    if (!this.isDue(now)) return;
    const interval = this.#interval;
    this.#due = interval === 0 ? now : this.#due + interval * (1 + Math.floor((now - this.#due) / interval));
  }
}
