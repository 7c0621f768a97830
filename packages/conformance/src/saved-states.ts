import type { LaterArray, LoadedStates, SavedArray, StateBase, StateStore } from '@stockafolio/core/ports';

/** What was saved, as checkpoints are chained: from the start of the newest complete base on, everything. */
export class SavedStates {
  readonly #store: StateStore;
  #files: LoadedStates[] = [];
  #base: { readonly from: number; readonly base: StateBase } | undefined;
  /** Undefined until a base is complete. */
  #complete: number | undefined;

  constructor(store: StateStore) {
    this.#store = store;
  }

  /** @param portion the most slots or texts of a base that are saved at once */
  save(portion: number): void {
    this.#base ??= { from: this.#files.length, base: this.#store.beginBase() };
    this.#add(this.#base.base, portion);
    if (!this.#base.base.isComplete) return;
    this.#complete = this.#base.from;
    this.#base = undefined;
  }

  /** Saves changes alone. */
  saveChanges(): void {
    this.#add();
  }

  #add(base?: StateBase, portion?: number): void {
    const sections: (SavedArray | LaterArray)[] = [];
    const { texts, states } = this.#store.save(sections, base, portion);
    this.#files.push({ texts, states, sections: sections.map(arrayOf) });
  }

  get files(): readonly LoadedStates[] | undefined {
    return this.#complete === undefined ? undefined : this.#files.slice(this.#complete);
  }
}

function arrayOf(section: SavedArray | LaterArray): SavedArray {
  // A copy: what is saved may not change when the state does.
  if (ArrayBuffer.isView(section)) return section.slice();
  const array = new Int32Array(section.length);
  section.fill(array);
  return array;
}
