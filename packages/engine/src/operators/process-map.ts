import type { KeyPart, StateMap } from '@stockafolio/core';
import { memberWriter } from '@stockafolio/core/compile';
import type { SubKeys } from '@stockafolio/core/ports';
import type { MapWriter } from './map-writer.js';
import { type Plain, type ProcessTurn, valueOf } from './process-turn.js';

type Entry = readonly [KeyPart, Plain];

/** A map below the current key of `processByKey`: sub-keys of its state. */
export class ProcessMap implements StateMap<KeyPart, Plain> {
  readonly #turn: ProcessTurn;
  readonly #subKeys: SubKeys;
  /** Sets all fields of what was entered last. */
  readonly #write: (to: Plain, value: Plain) => void;
  /** Writes its entries to tables, if it is an output. */
  readonly #writer: MapWriter | undefined;
  /** Counts the entries that were added and removed. */
  #changes = 0;

  /** @param names the fields of its values */
  constructor(turn: ProcessTurn, name: string, names: readonly string[], writer?: MapWriter) {
    this.#writer = writer;
    this.#turn = turn;
    this.#subKeys = turn.state.subKeys(name);
    this.#write = memberWriter<Plain>(`${turn.owner}, ${name}`, names);
  }

  get size(): number {
    return this.#subKeys.count(this.#turn.slot);
  }

  has(key: KeyPart): boolean {
    return this.#subKeys.find(this.#turn.slot, key) >= 0;
  }

  get(key: KeyPart): Plain | undefined {
    const sub = this.#subKeys.find(this.#turn.slot, key);
    return sub < 0 ? undefined : valueOf(this.#subKeys, sub);
  }

  set(key: KeyPart, value: Plain): void {
    const { slot, record, version } = this.#turn;
    this.#subKeys.upsert(slot, key, record, version);
    const { created } = this.#subKeys;
    if (created) this.#changes++;
    this.#write(this.#subKeys.cursor as unknown as Plain, value);
    if (this.#writer !== undefined) this.#check(this.#writer, key, created);
  }

  /** What cannot be a row fails the record, whatever the function makes of it. */
  #check({ checkEntry, checkValues }: MapWriter, key: KeyPart, created: boolean): void {
    try {
      if (created) checkEntry?.(key);
      checkValues?.();
    } catch (error) {
      this.#turn.fail(error);
      throw error;
    }
  }

  delete(key: KeyPart): boolean {
    const sub = this.#subKeys.find(this.#turn.slot, key);
    if (sub < 0) return false;
    this.#subKeys.remove(sub, this.#turn.record);
    this.#changes++;
    return true;
  }

  clear(): void {
    this.#subKeys.clear(this.#turn.slot, this.#turn.record);
    this.#changes++;
  }

  first(): Entry | undefined {
    return this.#entry(this.#subKeys.first(this.#turn.slot));
  }

  last(): Entry | undefined {
    return this.#entry(this.#subKeys.last(this.#turn.slot));
  }

  firstKey(): KeyPart | undefined {
    return this.#key(this.#subKeys.first(this.#turn.slot));
  }

  lastKey(): KeyPart | undefined {
    return this.#key(this.#subKeys.last(this.#turn.slot));
  }

  from(key: KeyPart): IterableIterator<Entry> {
    return this.#walk(this.#subKeys.from(this.#turn.slot, key), this.#turn.number);
  }

  [Symbol.iterator](): IterableIterator<Entry> {
    return this.#walk(this.#subKeys.first(this.#turn.slot), this.#turn.number);
  }

  #key(sub: number): KeyPart | undefined {
    return sub < 0 ? undefined : this.#subKeys.key(sub);
  }

  #entry(sub: number): Entry | undefined {
    return sub < 0 ? undefined : [this.#subKeys.key(sub), valueOf(this.#subKeys, sub)];
  }

  /** After a change it finds its way by the key, because the entry that it is at may be gone. */
  *#walk(first: number, turn: number): IterableIterator<Entry> {
    const subKeys = this.#subKeys;
    for (let sub = first; sub >= 0;) {
      this.#turn.slotOf(turn);
      const key = subKeys.key(sub);
      const changes = this.#changes;
      yield [key, valueOf(subKeys, sub)];
      const slot = this.#turn.slotOf(turn);
      if (changes === this.#changes) sub = subKeys.next(sub);
      else {
        sub = subKeys.from(slot, key);
        if (sub >= 0 && subKeys.key(sub) === key) sub = subKeys.next(sub);
      }
    }
  }
}
