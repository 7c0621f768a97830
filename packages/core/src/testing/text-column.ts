import { TextMemo } from '../state/text-memo.js';
import type { TextArena } from './text-arena.js';

/** With more different texts than this a column looks none up: to write them again takes less time, and little room. */
const FEW = 1 << 13;

/** The texts of one column: kept once, as symbols are, until they turn out to be many, as ids are; then one a row. */
export class TextColumn {
  readonly #arena: TextArena;
  /** The addresses of the few texts; undefined once they are many. */
  #few: Map<string, number> | undefined = new Map();
  readonly #usual = new TextMemo();
  /** Texts of this column from this address on belong to one row each. */
  #ownFrom = Infinity;

  constructor(arena: TextArena) {
    this.#arena = arena;
  }

  /** Where a text is kept from now on. */
  addressOf(text: string): number {
    if (this.#few === undefined) return this.#arena.add(text);
    const known = this.#usual.get(text);
    if (known >= 0) return known;
    const address = this.#few.get(text) ?? this.#share(this.#few, text);
    this.#usual.set(text, address);
    return address;
  }

  /** Where a text is kept that takes the address of another, or of none (`NO_TEXT`). */
  replace(before: number, text: string): number {
    if (before >= this.#ownFrom) {
      if (this.#arena.equals(before, text) || this.#arena.overwrite(before, text)) return before;
    }
    return this.addressOf(text);
  }

  #share(few: Map<string, number>, text: string): number {
    const address = this.#arena.add(text);
    few.set(text, address);
    if (few.size === FEW) {
      this.#few = undefined;
      this.#ownFrom = this.#arena.end;
    }
    return address;
  }
}
