/** A set of the numbers of texts, one bit each. */
export class TextMarks {
  readonly #bits: Uint32Array;

  /** @param end the numbers run from 0 to `end - 1` */
  constructor(end: number) {
    this.#bits = new Uint32Array((end + 31) >>> 5);
  }

  add(id: number): void {
    this.#bits[id >>> 5] = (this.#bits[id >>> 5] as number) | (1 << (id & 31));
  }

  has(id: number): boolean {
    return ((this.#bits[id >>> 5] as number) & (1 << (id & 31))) !== 0;
  }
}
