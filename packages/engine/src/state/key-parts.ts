import { type KeyPart, StockafolioError } from '@stockafolio/core';
import type { KeyKind } from '@stockafolio/core/plan';
import { shownValue } from '@stockafolio/core/ports';
import type { Interner } from './interner.js';

const bits = new Float64Array(1);
const halves = new Int32Array(bits.buffer);

/**
 * The keys of a state as numbers, part by part: a text is its number in the interner, a number is itself, so keys are
 * compared exactly.
 */
export class KeyParts {
  readonly #owner: string;
  readonly #interner: Interner;
  #kinds: KeyKind[] | undefined;
  /** By part, whether it is a text. */
  #isText = new Uint8Array(0);
  /** The loaded key, as it is stored. */
  loaded = new Float64Array(0);

  constructor(owner: string, interner: Interner) {
    this.#owner = owner;
    this.#interner = interner;
  }

  /** The kinds of the parts; undefined before the first key. */
  get kinds(): readonly KeyKind[] | undefined {
    return this.#kinds;
  }

  /** Declares the kinds: from the first key, or from a checkpoint. */
  declare(kinds: readonly KeyKind[]): void {
    this.#kinds = [...kinds];
    this.#isText = Uint8Array.from(kinds, (kind) => (kind === 'text' ? 1 : 0));
    this.loaded = new Float64Array(kinds.length);
  }

  /** Loads a key; returns its hash. */
  load(key: readonly KeyPart[]): number {
    const { loaded } = this;
    if (loaded.length !== key.length) this.refuse(key);
    for (let part = 0; part < loaded.length; part++) loaded[part] = this.cell(part, key[part] as KeyPart);
    return this.hash(loaded, 0);
  }

  /** The hash of the key that is stored from this cell on. */
  hash(cells: Float64Array, at: number): number {
    const isText = this.#isText;
    let hash = HASH_SEED;
    for (let part = 0; part < isText.length; part++) {
      const stored = cells[at + part] as number;
      if (isText[part] === 1) hash = mix(hash, stored);
      else {
        bits[0] = stored;
        hash = mix(mix(hash, halves[0] as number), halves[1] as number);
      }
    }
    return finish(hash);
  }

  /** A part as it was given, from its stored form. */
  value(part: number, stored: number): KeyPart {
    switch (this.#kinds?.[part]) {
      case 'text':
        return this.#interner.textOf(stored);
      case 'boolean':
        return stored === 1;
      case 'bigint':
        return BigInt(this.#interner.textOf(stored));
      default:
        return stored;
    }
  }

  /** Orders two stored parts; texts by Unicode code point. */
  compare(part: number, a: number, b: number): number {
    if (a === b) return 0;
    if (this.#kinds?.[part] === 'text') return this.#interner.compare(a, b);
    return this.value(part, a) < this.value(part, b) ? -1 : 1;
  }

  /** The stored form of a part. @throws ERR_ROW_INVALID if it is not like that of the first key, or no key part */
  cell(part: number, value: KeyPart): number {
    const kind = this.#kinds?.[part];
    if (typeof value !== (kind === 'text' ? 'string' : kind)) this.refusePart(part, value);
    if (typeof value === 'string') return this.#interner.idOf(value);
    if (typeof value === 'boolean') return value ? 1 : 0;
    if (typeof value === 'bigint') return this.#interner.idOf(String(value));
    if (Number.isFinite(value)) return value === 0 ? 0 : value;
    throw new StockafolioError('ERR_ROW_INVALID', `${this.#owner}: ${String(value)} cannot be part of a key`);
  }

  /** The stored form of a part that some key may have; NaN, which equals none, if no key has it. */
  known(part: number, value: KeyPart): number {
    const kind = this.#kinds?.[part];
    if (typeof value !== (kind === 'text' ? 'string' : kind)) return Number.NaN;
    if (typeof value !== 'string' && typeof value !== 'bigint') return Number(value);
    const id = this.#interner.find(String(value));
    return id < 0 ? Number.NaN : id;
  }

  /** The kinds of a key's parts. */
  kindsOf(key: readonly KeyPart[]): KeyKind[] {
    return key.map((value): KeyKind => {
      const type = typeof value;
      if (type === 'string') return 'text';
      if (type === 'number' || type === 'boolean' || type === 'bigint') return type;
      throw new StockafolioError('ERR_ROW_INVALID', `${this.#owner}: ${String(value)} cannot be part of a key`, {
        hint: 'a key is an array of texts, numbers, bigints and booleans',
      });
    });
  }

  /** Throws the error that a key does not have as many parts as the first one. */
  refuse(key: readonly KeyPart[]): never {
    throw new StockafolioError(
      'ERR_ROW_INVALID',
      `${this.#owner}: the key (${key.map(String).join(', ')}) has ${key.length} parts, and the first one had ${this.loaded.length}`,
      { hint: SAME_PARTS },
    );
  }

  /** Throws the error that a part is not of the same type as that of the first key. */
  refusePart(part: number, value: unknown): never {
    throw new StockafolioError(
      'ERR_ROW_INVALID',
      `${this.#owner}: part ${part + 1} of the key is ${typeof value} ${shownValue(value)}, and in the first key it was ${this.#kinds?.[part]}`,
      { hint: SAME_PARTS },
    );
  }
}

const SAME_PARTS = 'every key of an operator has the same number of parts, of the same types';

export const HASH_SEED = 0x2f0b4a27;

/** Mixes a 32-bit integer into a hash. */
export function mix(hash: number, value: number): number {
  let k = Math.imul(value, 0x5bd1e995);
  k ^= k >>> 15;
  return (Math.imul(hash ^ k, 0x2c1b3c6d) + 0x3c6ef372) | 0;
}

/** Spreads the mixed values over all bits. */
export function finish(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}
