/**
 * The time of an operator that gets final values or later records of others: it is behind that of the stream, and those
 * others move it. Of several, the one that is furthest behind does.
 */
export class OperatorClock {
  /** How far what the operator emits between records may be behind its own time, in milliseconds. */
  readonly lag: number;
  readonly #advance: (watermark: number) => void;
  /** The clocks of operators that get its values, or what is made of these, in the order of the plan. */
  readonly #followers: OperatorClock[] = [];
  /** The clocks that it follows, each with the time to which it has moved. */
  readonly #followed = new Map<OperatorClock, number>();
  /** By how much it is behind the time of the stream, in milliseconds. */
  delay = 0;
  /** By how much that of each of its inputs is. */
  readonly #delays: [number, number] = [0, 0];

  /** @param advance moves the operator's time, in event time */
  constructor(lag: number, advance: (watermark: number) => void) {
    this.lag = lag;
    this.#advance = advance;
  }

  /** Whether other operators move it; otherwise the engine does. */
  get isMoved(): boolean {
    return this.#followed.size > 0;
  }

  /** How far the operator is behind the time of one of its inputs. */
  behind(input: 0 | 1): number {
    return this.delay - this.#delays[input];
  }

  /** Follows the clock of an operator whose values come in at the input with this index. */
  follow(timer: OperatorClock, input: number): void {
    const delay = timer.delay + timer.lag;
    const at = input === 0 ? 0 : 1;
    this.#delays[at] = Math.max(this.#delays[at], delay);
    this.delay = Math.max(this.delay, delay);
    if (this.#followed.has(timer)) return;
    this.#followed.set(timer, Number.NEGATIVE_INFINITY);
    timer.#followers.push(this);
  }

  /** Moves the operators that get its values to this time. */
  advanceFollowers(watermark: number): void {
    for (const follower of this.#followers) follower.#advanceWith(this, watermark);
  }

  #advanceWith(timer: OperatorClock, watermark: number): void {
    this.#followed.set(timer, watermark);
    let least = watermark;
    for (const time of this.#followed.values()) least = Math.min(least, time);
    this.#advance(least);
  }

  /** Continues at this watermark of the stream. */
  restored(watermark: number): void {
    for (const timer of this.#followed.keys()) this.#followed.set(timer, watermark - timer.delay - timer.lag);
  }
}
