/**
 * Different times, of which the earliest is found at once: a binary heap. Adding one costs little however many there are,
 * least of all if it is later than the others, as most times are.
 */
export class TimeHeap implements Iterable<number> {
  /** The times below index n are at 2n + 1 and 2n + 2; they are never earlier. */
  readonly #times: number[] = [];

  get length(): number {
    return this.#times.length;
  }

  /** The earliest time; infinity if there is none. */
  get first(): number {
    return this.#times.length === 0 ? Number.POSITIVE_INFINITY : (this.#times[0] as number);
  }

  add(time: number): void {
    const times = this.#times;
    let at = times.push(time) - 1;
    while (at > 0) {
      const above = (at - 1) >>> 1;
      const other = times[above] as number;
      if (other <= time) break;
      times[at] = other;
      at = above;
    }
    times[at] = time;
  }

  removeFirst(): void {
    const times = this.#times;
    const last = times.pop();
    const { length } = times;
    if (last === undefined || length === 0) return;
    let at = 0;
    for (let below = 1; below < length; below = 2 * at + 1) {
      if (below + 1 < length && (times[below + 1] as number) < (times[below] as number)) below++;
      if ((times[below] as number) >= last) break;
      times[at] = times[below] as number;
      at = below;
    }
    times[at] = last;
  }

  /** All times, the earliest first. */
  [Symbol.iterator](): Iterator<number> {
    return Float64Array.from(this.#times).sort()[Symbol.iterator]();
  }
}
