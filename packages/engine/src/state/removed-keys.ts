import type { KeyKind } from '@stockafolio/core/plan';
import { memoryFor } from './memory.js';
import type { TextMarks } from './text-marks.js';

const FIRST = 64;

/** Cells whose memory is kept from commit to commit. */
const MOST_KEPT = 1 << 16;

/**
 * The keys that were removed since the last commit, packed: their slots may be given to others before the commit says
 * that they are gone. Of each the cells of its key, and the version of the removal.
 */
export class RemovedKeys {
  readonly #isText: readonly boolean[];
  /** Cells of an entry. */
  readonly #width: number;
  #cells: Float64Array;
  #length = 0;
  /** The record that has removed the last ones, and how many there were before it. */
  #record = -1;
  #before = 0;
  /** The key that was passed last, as it is stored. */
  readonly key: Float64Array;

  /** @param kinds those of the parts of a key */
  constructor(kinds: readonly KeyKind[]) {
    this.#isText = kinds.map((kind) => kind === 'text' || kind === 'bigint');
    this.#width = kinds.length + 1;
    this.#cells = new Float64Array(FIRST * this.#width);
    this.key = new Float64Array(kinds.length);
  }

  /** Adds a key, for the record with this number, with which it is rolled back, or for good. */
  push(key: Float64Array, version: number, record: number | undefined): void {
    if (record !== undefined && record !== this.#record) {
      this.#record = record;
      this.#before = this.#length;
    }
    const at = this.#length++ * this.#width;
    if (at === this.#cells.length) this.#widen();
    for (let part = 0; part < key.length; part++) this.#cells[at + part] = key[part] as number;
    this.#cells[at + key.length] = version;
  }

  #widen(): void {
    const larger = new Float64Array(memoryFor(16 * this.#cells.length));
    larger.set(this.#cells);
    this.#cells = larger;
  }

  rollback(record: number): void {
    if (record !== this.#record) return;
    this.#length = this.#before;
    this.#record = -1;
  }

  get length(): number {
    return this.#length;
  }

  /**
   * Passes the version of each removal to `each`, in their order, with its key in {@link key}: of those before a version,
   * at most `most`.
   *
   * @returns whether these were all before the version
   */
  take(each: (version: number) => void, most = Number.POSITIVE_INFINITY, before = Number.POSITIVE_INFINITY): boolean {
    const { key } = this;
    let taken = 0;
    for (; taken < this.#length && this.#versionOf(taken) < before; taken++) {
      if (taken >= most) break;
      const at = taken * this.#width;
      for (let part = 0; part < key.length; part++) key[part] = this.#cells[at + part] as number;
      each(this.#versionOf(taken));
    }
    const isDone = taken === this.#length || this.#versionOf(taken) >= before;
    this.#drop(taken);
    return isDone;
  }

  #versionOf(n: number): number {
    return this.#cells[(n + 1) * this.#width - 1] as number;
  }

  /** Forgets the first ones. */
  #drop(count: number): void {
    this.#cells.copyWithin(0, count * this.#width, this.#length * this.#width);
    this.#length -= count;
    this.#before = Math.max(0, this.#before - count);
    if (this.#length === 0 && this.#cells.length > MOST_KEPT) this.#cells = new Float64Array(FIRST * this.#width);
  }

  /** Marks the texts that its keys hold. */
  markTexts(marks: TextMarks): void {
    this.#isText.forEach((isText, part) => {
      if (!isText) return;
      for (let n = 0; n < this.#length; n++) {
        const id = this.#cells[n * this.#width + part] as number;
        if (id > 0) marks.add(id);
      }
    });
  }
}
