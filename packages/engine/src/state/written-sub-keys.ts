import type { ColumnOrigin, KeyKind } from '@stockafolio/core/plan';
import type { RowValues } from '@stockafolio/core/ports';
import type { Interner } from './interner.js';
import type { KeyedState } from './keyed-state.js';
import { RemovedKeys } from './removed-keys.js';
import { type RowLister, rowLister } from './row-values.js';
import type { SubRows } from './sub-rows.js';

/** What {@link WrittenSubKeys} knows of the sub-keys. */
interface Below {
  readonly above: KeyedState;
  readonly rows: SubRows;
  readonly kind: KeyKind;
  readonly interner: Interner;
  /** Finds a stored sub-key of a slot; -1 if there is none. */
  readonly find: (slot: number, stored: number) => number;
}

/** Sub-keys that tables have as they are at each commit: what has changed in them since the last one, and what is gone. */
export class WrittenSubKeys {
  readonly #below: Below;
  /** The key above a sub-key and itself, as they are stored; known from the first key on. */
  #key = new Float64Array(0);
  #kinds: readonly KeyKind[] | undefined;

  constructor(below: Below) {
    this.#below = below;
  }

  get removedCount(): number {
    return this.#below.rows.removed?.length ?? 0;
  }

  takeRemoved(removed: (version: number) => void, most?: number, before?: number): boolean {
    const gone = this.#below.rows.removed;
    if (gone === undefined) return true;
    const each = (version: number): void => {
      // The row of a sub-key that is there again says so itself.
      if (!this.#isHeld(gone.key)) removed(version);
    };
    return gone.take(each, most, before);
  }

  rowsOf(owner: string, origins: readonly ColumnOrigin[], shard: number): (sub: number) => RowValues {
    const { rows } = this.#below;
    const list = this.#lister(owner, origins, shard);
    return (sub) => {
      rows.at(sub);
      const key = this.#load(rows.above(sub), sub);
      return list(key, key.length + 1);
    };
  }

  removedKeysOf(owner: string, origins: readonly ColumnOrigin[], shard: number): () => RowValues {
    const list = this.#lister(owner, origins, shard);
    const { key } = this.#removed();
    return () => list(key, key.length + 1);
  }

  /** A row's key is listed as that of a state is: it is stored two cells before its values. */
  #lister(owner: string, origins: readonly ColumnOrigin[], shard: number): RowLister {
    const { rows, interner } = this.#below;
    return rowLister(owner, origins, this.#keyKinds(), { cursor: rows.cursor, interner, shard });
  }

  /** Notes that a sub-key is removed. The record that does so has entered the key above, so this has its version. */
  noteRemoved(slot: number, sub: number, record: number | undefined): void {
    this.#removed().push(this.#load(slot, sub), this.#below.above.version(slot), record);
  }

  #removed(): RemovedKeys {
    return (this.#below.rows.removed ??= new RemovedKeys(this.#keyKinds()));
  }

  #keyKinds(): readonly KeyKind[] {
    const { above, kind } = this.#below;
    return (this.#kinds ??= [...(above.keyKinds ?? []), kind]);
  }

  #load(slot: number, sub: number): Float64Array {
    const { above, rows } = this.#below;
    const parts = this.#keyKinds().length - 1;
    if (this.#key.length === 0) this.#key = new Float64Array(parts + 1);
    const key = this.#key;
    for (let part = 0; part < parts; part++) key[part] = above.partCell(slot, part);
    key[parts] = rows.keyCell(sub);
    return key;
  }

  #isHeld(key: Float64Array): boolean {
    const { above, find } = this.#below;
    const slot = above.findStored(key);
    return slot >= 0 && find(slot, key[key.length - 1] as number) >= 0;
  }
}
