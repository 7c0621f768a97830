import { TextMemo } from '@stockafolio/engine/state';
import type { TextArena } from './text-arena.js';

/**
 * With more different texts than this a column no longer looks texts up: writing them again takes less time, and little
 * room.
 */
const FEW = 1 << 13;

/**
 * The texts of one column. Each text is stored once, as for symbols, until there are many, as for ids; then once per
 * row.
 */
export class TextColumn {
  readonly #arena: TextArena;
  /** The addresses of the few texts; undefined once there are many. */
  #few: Map<string, number> | undefined = new Map();
  readonly #usual = new TextMemo();
  /** Texts of this column from this address on belong to one row each. */
  #ownFrom = Infinity;

  constructor(arena: TextArena) {
    this.#arena = arena;
  }

  /** The address at which a text is stored from now on. */
  addressOf(text: string): number {
    if (this.#few === undefined) return this.#arena.add(text);
    const known = this.#usual.get(text);
    if (known >= 0) return known;
    const address = this.#few.get(text) ?? this.#share(this.#few, text);
    this.#usual.set(text, address);
    return address;
  }

  /** The address of a text that replaces another one, or none (`NO_TEXT`). */
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
