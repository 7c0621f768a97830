/** What is done after a record has passed through all operators, in order. */
export class Afterwards {
  #all: { readonly record: number; readonly step: () => void }[] = [];

  get isEmpty(): boolean {
    return this.#all.length === 0;
  }

  /** @param record the number of the record: if it is rolled back, the step is not done */
  add(record: number, step: () => void): void {
    this.#all.push({ record, step });
  }

  /** Forgets the steps of a record that is rolled back. */
  rollback(record: number): void {
    if (!this.isEmpty) this.#all = this.#all.filter((each) => each.record !== record);
  }

  /** Removes the steps, and returns them. */
  take(): readonly (() => void)[] {
    const all = this.#all;
    this.#all = [];
    return all.map(({ step }) => step);
  }
}
