import { type FieldType, int32, type KeyPart, StockafolioError } from '@stockafolio/core';
import { type ColumnOrigin, type SubKeyNode, withHidden } from '@stockafolio/core/plan';
import { compareText, type RowValues, type StateView, type SubKeys } from '@stockafolio/core/ports';
import type { Interner } from './interner.js';
import type { KeyedState } from './keyed-state.js';
import { HASH_SEED, finish, mix } from './key-parts.js';
import { SubRows } from './sub-rows.js';
import { WrittenSubKeys } from './written-sub-keys.js';

const NONE = -1;

/** Keys with more sub-keys than that have theirs found by hash, and with them all others of the state. */
const FEW = 256;

/** Names of fields that hold a slot, plus 1; 0 for none. */
const LEFT = '$left';
const RIGHT = '$right';

/** The fields that the state above has for its sub-keys: the root of the tree, and the number of sub-keys. */
export function rootFields(name: string): Record<string, FieldType> {
  return { [rootOf(name)]: int32(), [countOf(name)]: int32() };
}

/** Whether a field of a sub-key links it to others. */
export function isLink(field: string): boolean {
  return field === LEFT || field === RIGHT;
}

function rootOf(name: string): string {
  return `$${name}_root`;
}

function countOf(name: string): string {
  return `$${name}_count`;
}

/**
 * Sub-keys in memory: each is a row whose key is the slot above and the sub-key. Their order is a treap (Seidel and Aragon, 1996): a search tree whose nodes have random priorities, here hashes of their
 * slots, in the order of a heap. Links are fields of the rows, so they are saved and rolled back with them.
 */
export class MemorySubKeys implements SubKeys {
  readonly rows: SubRows;
  readonly #above: KeyedState;
  readonly #name: string;
  readonly #owner: string;
  /** The cells of the links. */
  readonly #left: number;
  readonly #right: number;
  /** The cells of the state above, once it has keys. */
  #rootCell: number | undefined;
  #countCell: number | undefined;
  readonly #isMulti: boolean;
  readonly #written: WrittenSubKeys | undefined;
  /** Whether stored sub-keys have the order of the sub-keys. */
  readonly #isNumeric: boolean;

  constructor(
    above: KeyedState,
    name: string,
    { kind, fields, isMulti = false, isWritten = false }: SubKeyNode,
    interner: Interner,
    learntFrom?: number,
  ) {
    this.#above = above;
    this.#name = name;
    this.#owner = `${above.owner}, ${name}`;
    const linked = withHidden(fields, { [LEFT]: int32(), [RIGHT]: int32() });
    this.rows = new SubRows(this.#owner, linked, interner, { kind, isMulti, isWritten, learntFrom });
    const find = (slot: number, stored: number): number => this.#find(slot, stored);
    if (isWritten) this.#written = new WrittenSubKeys({ above, rows: this.rows, kind, interner, find });
    this.#isMulti = isMulti;
    // Texts are ordered at the cost of reading them.
    this.#isNumeric = kind === 'number' || kind === 'boolean';
    if (!this.#isNumeric && !isMulti) this.rows.buildIndex();
    this.#left = this.rows.cellOf(LEFT);
    this.#right = this.rows.cellOf(RIGHT);
  }

  get cursor(): StateView {
    return this.rows.cursor;
  }

  get created(): boolean {
    return this.rows.created;
  }

  count(slot: number): number {
    return this.#above.integer(slot, this.#countAt());
  }

  find(slot: number, key: KeyPart): number {
    const sub = this.#find(slot, this.rows.storedKey(key));
    if (sub !== NONE) this.rows.at(sub);
    return sub;
  }

  upsert(slot: number, key: KeyPart, record: number, version: number): number {
    const stored = this.rows.storedKey(key);
    const sub = this.#find(slot, stored);
    if (sub === NONE) return this.#enter(slot, stored, 0, record, version);
    this.rows.created = false;
    this.rows.change(sub, record, version);
    return sub;
  }

  add(slot: number, key: KeyPart, record: number, version: number): number {
    if (!this.#isMulti) throw new StockafolioError('ERR_INTERNAL', `${this.#owner}: there is one of each value`);
    const stored = this.rows.storedKey(key);
    const last = this.#lastUpTo(slot, key);
    const isFirst = last === NONE || this.rows.keyCell(last) !== stored;
    return this.#enter(slot, stored, isFirst ? 0 : this.rows.number(last) + 1, record, version);
  }

  #find(slot: number, stored: number): number {
    const { rows } = this;
    if (!rows.isIndexed) {
      if (this.count(slot) <= FEW) return this.#findInOrder(slot, stored);
      rows.buildIndex();
    }
    return rows.search(slot, stored);
  }

  #findInOrder(slot: number, stored: number): number {
    let at = this.#root(slot);
    while (at !== NONE) {
      const other = this.rows.keyCell(at);
      if (other === stored) return at;
      at = this.#link(at, other < stored ? RIGHT : LEFT);
    }
    return NONE;
  }

  #enter(slot: number, stored: number, number: number, record: number, version: number): number {
    const sub = this.rows.add(slot, stored, number, record, version);
    this.#insert(slot, sub, record);
    this.#setCount(slot, this.count(slot) + 1, record);
    return sub;
  }

  change(sub: number, record: number, version: number): StateView {
    return this.rows.change(sub, record, version);
  }

  at(sub: number): StateView {
    return this.rows.at(sub);
  }

  key(sub: number): KeyPart {
    return this.rows.part(sub, 1);
  }

  above(sub: number): number {
    return this.rows.above(sub);
  }

  version(sub: number): number {
    return this.rows.version(sub);
  }

  first(slot: number): number {
    return this.#outermost(this.#root(slot), LEFT);
  }

  last(slot: number): number {
    return this.#outermost(this.#root(slot), RIGHT);
  }

  from(slot: number, key: KeyPart): number {
    let found = NONE;
    let at = this.#root(slot);
    while (at !== NONE) {
      const isBefore = compareParts(this.key(at), key) < 0;
      if (!isBefore) found = at;
      at = this.#link(at, isBefore ? RIGHT : LEFT);
    }
    return found;
  }

  /** The greatest at or before a value. */
  #lastUpTo(slot: number, key: KeyPart): number {
    let found = NONE;
    let at = this.#root(slot);
    while (at !== NONE) {
      const isAfter = compareParts(this.key(at), key) > 0;
      if (!isAfter) found = at;
      at = this.#link(at, isAfter ? LEFT : RIGHT);
    }
    return found;
  }

  next(sub: number): number {
    return this.#neighbour(sub, RIGHT);
  }

  previous(sub: number): number {
    return this.#neighbour(sub, LEFT);
  }

  remove(sub: number, record?: number): void {
    const slot = this.above(sub);
    this.#written?.noteRemoved(slot, sub, record);
    let above = NONE;
    let at = this.#root(slot);
    while (at !== sub) {
      if (at === NONE) throw new StockafolioError('ERR_INTERNAL', `${this.#owner}: slot ${sub} is not in its tree`);
      above = at;
      at = this.#link(at, this.#side(sub, at));
    }
    const merged = this.#merge(this.#link(sub, LEFT), this.#link(sub, RIGHT), record);
    if (above === NONE) this.#setRoot(slot, merged, record);
    else this.#setLink(above, this.#side(sub, above), merged, record);
    this.#setCount(slot, this.count(slot) - 1, record);
    this.rows.remove(sub, record);
  }

  clear(slot: number, record?: number): void {
    const waiting = [this.#root(slot)];
    if (waiting[0] === NONE) return;
    for (let sub = waiting.pop(); sub !== undefined; sub = waiting.pop()) {
      if (sub === NONE) continue;
      waiting.push(this.#link(sub, LEFT), this.#link(sub, RIGHT));
      this.#written?.noteRemoved(slot, sub, record);
      this.rows.remove(sub, record);
    }
    this.#setRoot(slot, NONE, record);
    this.#setCount(slot, 0, record);
  }

  takeUnwritten(each: (sub: number) => void, most?: number): boolean {
    return this.rows.takeUnwritten(each, most);
  }

  get removedCount(): number {
    return this.#whereWritten.removedCount;
  }

  takeRemoved(each: (version: number) => void, most?: number, before?: number): boolean {
    return this.#whereWritten.takeRemoved(each, most, before);
  }

  rowsOf(owner: string, origins: readonly ColumnOrigin[], shard: number): (sub: number) => RowValues {
    return this.#whereWritten.rowsOf(owner, origins, shard);
  }

  removedKeysOf(owner: string, origins: readonly ColumnOrigin[], shard: number): () => RowValues {
    return this.#whereWritten.removedKeysOf(owner, origins, shard);
  }

  get #whereWritten(): WrittenSubKeys {
    if (this.#written === undefined) throw new StockafolioError('ERR_INTERNAL', `${this.#owner} is not written`);
    return this.#written;
  }

  #insert(slot: number, sub: number, record: number): void {
    let above = NONE;
    let at = this.#root(slot);
    while (at !== NONE && priority(at) >= priority(sub)) {
      above = at;
      at = this.#link(at, this.#side(sub, at));
    }
    // A new sub-key has no links, and nothing is below one that is appended.
    if (at !== NONE) {
      const [before, after] = this.#split(at, sub, record);
      this.#setLink(sub, LEFT, before, record);
      this.#setLink(sub, RIGHT, after, record);
    }
    if (above === NONE) this.#setRoot(slot, sub, record);
    else this.#setLink(above, this.#side(sub, above), sub, record);
  }

  /** Divides a tree into what is before a sub-key, and what is after it. */
  #split(at: number, sub: number, record: number): readonly [number, number] {
    if (at === NONE) return [NONE, NONE];
    const side = this.#side(sub, at);
    const [before, after] = this.#split(this.#link(at, side), sub, record);
    this.#setLink(at, side, side === RIGHT ? before : after, record);
    return side === RIGHT ? [at, after] : [before, at];
  }

  /** Joins two trees, of which the first is before the second. */
  #merge(before: number, after: number, record: number | undefined): number {
    if (before === NONE) return after;
    if (after === NONE) return before;
    if (priority(before) >= priority(after)) {
      this.#setLink(before, RIGHT, this.#merge(this.#link(before, RIGHT), after, record), record);
      return before;
    }
    this.#setLink(after, LEFT, this.#merge(before, this.#link(after, LEFT), record), record);
    return after;
  }

  #neighbour(sub: number, side: typeof LEFT | typeof RIGHT): number {
    const other = side === LEFT ? RIGHT : LEFT;
    const within = this.#link(sub, side);
    if (within !== NONE) return this.#outermost(within, other);
    let found = NONE;
    let at = this.#root(this.above(sub));
    while (at !== sub && at !== NONE) {
      const way = this.#side(sub, at);
      if (way === other) found = at;
      at = this.#link(at, way);
    }
    return found;
  }

  #outermost(from: number, side: typeof LEFT | typeof RIGHT): number {
    let at = from;
    if (at === NONE) return NONE;
    for (let next = this.#link(at, side); next !== NONE; next = this.#link(at, side)) at = next;
    return at;
  }

  /** On which side of another sub-key this one is. */
  #side(sub: number, of: number): typeof LEFT | typeof RIGHT {
    if (this.#isNumeric && !this.#isMulti) return this.rows.keyCell(sub) < this.rows.keyCell(of) ? LEFT : RIGHT;
    return this.rows.compareKeys(sub, of) < 0 ? LEFT : RIGHT;
  }

  /** The cell of the state above that holds the root. */
  get rootCell(): number {
    return this.#rootAt();
  }

  #rootAt(): number {
    return (this.#rootCell ??= this.#above.cellOf(rootOf(this.#name)));
  }

  #countAt(): number {
    return (this.#countCell ??= this.#above.cellOf(countOf(this.#name)));
  }

  #root(slot: number): number {
    return this.#above.integer(slot, this.#rootAt()) - 1;
  }

  #setRoot(slot: number, sub: number, record: number | undefined): void {
    this.#above.setInteger(slot, this.#rootAt(), sub + 1, record);
  }

  #setCount(slot: number, count: number, record: number | undefined): void {
    this.#above.setInteger(slot, this.#countAt(), count, record);
  }

  #link(sub: number, side: typeof LEFT | typeof RIGHT): number {
    return this.rows.integer(sub, side === LEFT ? this.#left : this.#right) - 1;
  }

  #setLink(sub: number, side: typeof LEFT | typeof RIGHT, to: number, record: number | undefined): void {
    if (this.#link(sub, side) === to) return;
    this.rows.setInteger(sub, side === LEFT ? this.#left : this.#right, to + 1, record);
  }
}

function priority(sub: number): number {
  return finish(mix(HASH_SEED, sub));
}

/** Orders two sub-keys of one kind; texts by Unicode code point. */
function compareParts(a: KeyPart, b: KeyPart): number {
  if (typeof a === 'string') return compareText(a, b as string);
  return a < b ? -1 : a > b ? 1 : 0;
}
