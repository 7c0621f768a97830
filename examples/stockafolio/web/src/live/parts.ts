import { signal, type Signal } from '@preact/signals';

/** The rows of a part of a page, by their keys. */
export type Rows = ReadonlyMap<string, unknown>;

/** A change that the server sends for the shown content. */
export interface Change {
  readonly set?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly gone?: Readonly<Record<string, readonly string[]>>;
}

const NONE: Rows = new Map();

/** The content of a page, in parts that change one by one: only components that use a part are drawn again. */
export class Parts {
  readonly #parts = new Map<string, Signal<Rows>>();

  rows(part: string): Rows {
    return this.#signal(part).value;
  }

  /** The row of a part with a single row; undefined before it is known. */
  single(part: string): unknown {
    return this.rows(part).get('');
  }

  /** The rows in the order of the server. */
  ranked(part: string): unknown[] {
    const rows = this.rows(part);
    return Array.from(rows.keys(), Number)
      .sort((a, b) => a - b)
      .map((n) => rows.get(String(n)));
  }

  apply({ set = {}, gone = {} }: Change, whole: boolean): void {
    const names = new Set([...Object.keys(set), ...Object.keys(gone), ...(whole ? this.#parts.keys() : [])]);
    for (const part of names) {
      const of = this.#signal(part);
      const rows = new Map(whole ? [] : of.peek());
      for (const key of gone[part] ?? []) rows.delete(key);
      for (const [key, row] of Object.entries(set[part] ?? {})) rows.set(key, row);
      of.value = rows;
    }
  }

  #signal(part: string): Signal<Rows> {
    let of = this.#parts.get(part);
    if (of === undefined) this.#parts.set(part, (of = signal(NONE)));
    return of;
  }
}
