/** Limits how many of something each client may have at once. Keeps only clients that have one. */
export class Quota {
  readonly #most: number;
  readonly #taken = new Map<string, number>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Takes one for a client; the returned function gives it back. Undefined if the limit is reached. */
  take(who: string): (() => void) | undefined {
    const taken = this.#taken.get(who) ?? 0;
    if (taken >= this.#most) return undefined;
    this.#taken.set(who, taken + 1);
    let given = false;
    return () => {
      if (given) return;
      given = true;
      const left = (this.#taken.get(who) ?? 1) - 1;
      if (left === 0) this.#taken.delete(who);
      else this.#taken.set(who, left);
    };
  }
}
