import type { Table } from '@stockafolio/core';
import type { Mutation, StoredRow, Tables } from '@stockafolio/core/ports';
import { memoryTables } from '@stockafolio/testing';

/** Tables on a server that may lose its last acknowledged writes, like one that is killed before it has synced. */
export class LossyTables implements Tables {
  readonly inKeyOrder = true;
  readonly #says: boolean;
  #written: (readonly Mutation[])[] = [];
  #created: readonly Table[] = [];
  #inner = memoryTables();
  #lost = 0;
  /** By name: the table's id is made from it. */
  readonly made = new Map<string, number>();

  /** @param says whether a connection loss is noticed */
  constructor(says = true) {
    this.#says = says;
  }

  get outages(): number {
    return this.#says ? this.#lost : 0;
  }

  /** How many writes are kept. */
  get writes(): number {
    return this.#written.length;
  }

  /** Loses this many of the last writes. */
  async lose(writes: number): Promise<void> {
    this.#written = this.#written.slice(0, Math.max(0, this.#written.length - writes));
    this.#inner = memoryTables();
    this.#lost++;
    await this.#inner.create(this.#created);
    for (const mutations of this.#written) await this.#inner.write(mutations);
  }

  async identity(table: Table): Promise<string> {
    return `${table.name}-${this.made.get(table.name) ?? 1}`;
  }

  async create(tables: readonly Table[]): Promise<void> {
    this.#created = [...this.#created, ...tables];
    await this.#inner.create(tables);
  }

  async write(mutations: readonly Mutation[]): Promise<void> {
    this.#written.push([...mutations]);
    await this.#inner.write(mutations);
  }

  get(...given: Parameters<Tables['get']>): Promise<StoredRow | undefined> {
    return this.#inner.get(...given);
  }

  scan(...given: Parameters<Tables['scan']>): AsyncIterable<StoredRow> {
    return this.#inner.scan(...given);
  }

  scanAll(...given: Parameters<Tables['scanAll']>): AsyncIterable<StoredRow> {
    return this.#inner.scanAll(...given);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}
