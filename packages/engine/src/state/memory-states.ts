import { type FieldType, type RecordSchema, StockafolioError } from '@stockafolio/core';
import { type SubKeyNode, withHidden } from '@stockafolio/core/plan';
import type {
  BatchPosition,
  LaterArray,
  LoadedStates,
  SavedArray,
  SavedSlots,
  SavedStates,
  SavedTexts,
  StateBase,
  StateStore,
} from '@stockafolio/core/ports';
import { Interner } from './interner.js';
import type { KeyedRows } from './keyed-rows.js';
import { KeyedState } from './keyed-state.js';
import { readSlots, writeSlots } from './saved-slots.js';
import { MemorySubKeys, rootFields } from './sub-keys.js';

/** A number of texts of which it does not matter whether they are used. */
const FEW_TEXTS = 1 << 10;

type Sections = (SavedArray | LaterArray)[];

/** The states of one engine, in memory. They share the numbers of texts. */
export class MemoryStates implements StateStore {
  readonly texts = new Interner();
  readonly #learntFrom: number | undefined;

  /** By name; the rows of sub-keys too. */
  readonly #states = new Map<string, KeyedRows>();
  /** The operators that sub-keys belong to, by the name of their rows. */
  readonly #operators = new Map<string, string>();

  /** @param learntFrom from so many texts of a field of sub-keys it is learnt whether they recur; defaults to 256 */
  constructor(learntFrom?: number) {
    this.#learntFrom = learntFrom;
  }

  get position(): BatchPosition {
    return this.texts;
  }

  get size(): number {
    let size = 0;
    for (const state of this.#states.values()) size += state.size;
    return size;
  }

  open(name: string, schema: RecordSchema, subKeys: Readonly<Record<string, SubKeyNode>> = {}): KeyedState {
    if (this.#states.has(name)) throw new StockafolioError('ERR_INTERNAL', `the state '${name}' is open already`);
    const roots = Object.keys(subKeys).map(rootFields);
    const whole =
      roots.length === 0 ? schema : withHidden(schema, Object.assign({}, ...roots) as Record<string, FieldType>);
    const state = new KeyedState(`operator '${name}'`, whole, this.texts);
    this.#states.set(name, state);
    for (const [each, node] of Object.entries(subKeys)) {
      const below = new MemorySubKeys(state, each, node, this.texts, this.#learntFrom);
      state.addSubKeys(each, below);
      this.#states.set(`${name}/${each}`, below.rows);
      this.#operators.set(`${name}/${each}`, name);
    }
    return state;
  }

  announce(keys: readonly unknown[], count: number): void {
    this.texts.number(keys, count);
  }

  settle(): void {
    if (this.texts.mayHaveUnused()) this.forgetTexts();
  }

  /** Forgets the texts that no state holds any more. */
  forgetTexts(): void {
    const used = this.texts.marks();
    for (const state of this.#states.values()) state.markTexts(used);
    this.texts.keepOnly(used);
    for (const state of this.#states.values()) state.forgetTexts();
  }

  beginBase(): StateBase {
    if (this.texts.mayHaveUnused(FEW_TEXTS)) this.forgetTexts();
    return new MemoryBase([this.texts.end, ...[...this.#states.values()].map(({ end }) => end)]);
  }

  save(sections: Sections, base?: StateBase, most = Number.POSITIVE_INFINITY): SavedStates {
    const portion = base instanceof MemoryBase ? base.next(most) : new Map<number, Range>();
    const texts: SavedTexts[] = [];
    const range = portion.get(0);
    if (range !== undefined) this.#saveTexts(this.texts.numbers(range.from, range.to), texts, sections);
    const changed = [...this.#states].map(([name, state]) => ({ name, state, slots: state.takeUnsaved() }));
    this.#saveTexts(this.#unsavedTexts(changed), texts, sections);
    const states = new Map<string, SavedSlots>();
    let count = 0;
    changed.forEach(({ name, state, slots }, n) => {
      const part = portion.get(n + 1);
      const beyond = part === undefined ? slots : slots.filter((slot) => slot < part.from || slot >= part.to);
      count += beyond.length;
      states.set(name, writeSlots(state, part === undefined ? beyond : joined(beyond, part), sections));
    });
    return { texts, states, changed: count };
  }

  load(saved: readonly LoadedStates[], names: ReadonlySet<string>): void {
    // The last one first: a number may have been given again to another text.
    for (const { texts, sections } of [...saved].reverse()) {
      for (const { ids, from = 0, ends: endsAt, bytes, areOwn } of texts) {
        const ends = sections[endsAt] as Float64Array;
        const numbers = ids === undefined ? Int32Array.from(ends, (_, n) => from + n) : (sections[ids] as Int32Array);
        this.texts.load(numbers, ends, sections[bytes] as Uint8Array, areOwn);
      }
    }
    this.texts.loaded();
    for (const [name, state] of this.#states) {
      if (!names.has(this.#operators.get(name) ?? name)) continue;
      for (const { states, sections } of saved) {
        const slots = states.get(name);
        if (slots !== undefined) readSlots(state, slots, sections);
      }
      state.rebuild();
    }
    this.forgetTexts();
  }

  #saveTexts(ids: Int32Array, texts: SavedTexts[], sections: Sections): void {
    for (const areOwn of [false, true]) {
      const some = ids.filter((id) => this.texts.isOwn(id) === areOwn);
      if (some.length === 0) continue;
      const { ends, bytes } = this.texts.pack(some);
      texts.push({
        ...{ ids: sections.push(some) - 1, ends: sections.push(ends) - 1, bytes: sections.push(bytes) - 1 },
        ...(areOwn ? { areOwn } : {}),
      });
    }
  }

  /**
   * The numbers of the texts that were not saved yet. If there are many more than changed slots, most are unused
   * already: then only those of the changed slots, which alone can hold them.
   */
  #unsavedTexts(changed: readonly { readonly state: KeyedRows; readonly slots: Int32Array }[]): Int32Array {
    const count = changed.reduce((sum, { slots }) => sum + slots.length, 0);
    if (this.texts.unsaved <= FEW_TEXTS + 2 * count) return this.texts.takeUnsaved();
    const needed = this.texts.marks();
    for (const { state, slots } of changed) state.markTexts(needed, slots);
    return this.texts.takeUnsaved(needed);
  }
}

interface Range {
  readonly from: number;
  readonly to: number;
}

/** The progress of a base: the texts first, then one state after the other. */
class MemoryBase implements StateBase {
  /** Number of entries of each stage when the base began; later ones are in the changes. */
  readonly #ends: readonly number[];
  #stage = 0;
  #at = 0;

  constructor(ends: readonly number[]) {
    this.#ends = ends;
  }

  get isComplete(): boolean {
    return this.#stage === this.#ends.length;
  }

  /** The next portion, by stage. */
  next(most: number): Map<number, Range> {
    const portion = new Map<number, Range>();
    let left = most;
    while (!this.isComplete && left > 0) {
      const end = this.#ends[this.#stage] as number;
      const to = Math.min(end, this.#at + left);
      if (to > this.#at) portion.set(this.#stage, { from: this.#at, to });
      left -= to - this.#at;
      this.#at = to;
      if (to === end) {
        this.#stage++;
        this.#at = 0;
      }
    }
    return portion;
  }
}

/** The slots of a portion after the changed ones beyond it. */
function joined(beyond: Int32Array, { from, to }: Range): Int32Array {
  const slots = new Int32Array(beyond.length + to - from);
  slots.set(beyond);
  for (let slot = from, n = beyond.length; slot < to; slot++, n++) slots[n] = slot;
  return slots;
}
