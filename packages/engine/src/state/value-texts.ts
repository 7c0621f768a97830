import type { Interner } from './interner.js';

/** Of so many texts it is counted how many are new. */
const LEARNT_FROM = 256;

/** One of so many texts is compared with all others although they differ: to notice that they do so no more. */
const SAMPLED = 16;

/**
 * The numbers of the texts of one field of values.
 *
 * Texts that recur share a number, which takes an index to find. The ids of lots or orders do not recur: the index would
 * only cost, memory and two waits for it. So if nearly all texts of a field are new, each gets a number of its own. What
 * is read is the same.
 */
export class ValueTexts {
  readonly #interner: Interner;
  readonly #learntFrom: number;
  #areNew = false;
  #counted = 0;
  #new = 0;

  constructor(interner: Interner, learntFrom = LEARNT_FROM) {
    this.#interner = interner;
    this.#learntFrom = learntFrom;
  }

  /** The number of a text that replaces the one with another number; 0 or NaN if there is none. */
  numberOf(text: string, before: number): number {
    const interner = this.#interner;
    if (!this.#areNew) return this.#shared(text);
    if (before > 0 && interner.equals(before, text)) return before;
    return text === '' || isSampled(text) ? this.#shared(text) : interner.add(text);
  }

  #shared(text: string): number {
    const { added } = this.#interner;
    const id = this.#interner.idOf(text);
    if (this.#interner.added > added) this.#new++;
    if (++this.#counted < this.#learntFrom) return id;
    this.#areNew = 8 * this.#new >= 7 * this.#counted;
    this.#counted = this.#new = 0;
    return id;
  }
}

/** By its last units, in which ids differ most, and some before them. */
function isSampled(text: string): boolean {
  let h = text.length;
  for (let at = text.length - 1; at >= 0; at -= at < text.length - 4 ? 5 : 1)
    h = Math.imul(h, 31) + text.charCodeAt(at);
  return ((h ^ (h >>> 9)) & (SAMPLED - 1)) === 0;
}
