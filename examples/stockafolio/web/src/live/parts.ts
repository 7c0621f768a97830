import { signal, type Signal } from '@preact/signals';

/** The rows of a part of a page, by their keys. */
export type Rows = ReadonlyMap<string, unknown>;

/** What the server says has to be done to what is shown. */
export interface Change {
  readonly set?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly gone?: Readonly<Record<string, readonly string[]>>;
}

const NONE: Rows = new Map();

/** What a page shows, in parts that change one by one: only what uses a part is drawn again. */
export class Parts {
  readonly #parts = new Map<string, Signal<Rows>>();

  rows(part: string): Rows {
    return this.#signal(part).value;
  }

  /** The row of a part that has one only; undefined before it is known. */
  single(part: string): unknown {
    return this.rows(part).get('');
  }

  /** The rows that the server has put in order. */
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
