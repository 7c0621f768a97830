/** The period over which the rate is computed, in milliseconds. */
const SPAN = 5_000;
/** A shorter period is not meaningful. */
const LEAST = 400;

/** The growth rate of a count, over the last five seconds. */
export class RateMeter {
  readonly #samples: { readonly time: number; readonly count: number }[] = [];

  sample(time: number, count: number): void {
    const last = this.#samples.at(-1);
    if (last !== undefined && (count < last.count || time < last.time)) this.#samples.length = 0;
    this.#samples.push({ time, count });
    while ((this.#samples[1]?.time ?? time) <= time - SPAN) this.#samples.shift();
  }

  /** Per second; null if too little is known. */
  rate(): number | null {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (first === undefined || last === undefined || last.time - first.time < LEAST) return null;
    return Math.round(((last.count - first.count) / (last.time - first.time)) * 1000);
  }
}
