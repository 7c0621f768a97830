import type { Table } from '@stockafolio/core';
import { checkTableIds, readProgress, readTableIds, type TableIds } from '@stockafolio/core/engine';
import type { Position, Tables } from '@stockafolio/core/ports';
import type { StreamOptions } from './options.js';

/**
 * Watches whether the tables still hold what they acknowledged. A server that was killed may have lost the last of it, a
 * backup may have been put in its place, somebody may have dropped a table: whatever was written since goes on as if
 * nothing were, and only what the tables say of themselves shows it.
 */
export class TablesWatch<T> {
  readonly #options: StreamOptions<T>;
  readonly #acknowledged = new Map<number, number>();
  #watched: readonly Table[] = [];
  #outages: number | undefined;
  /** The tables' own ids, when the run began. */
  ids: TableIds = {};

  constructor(options: StreamOptions<T>) {
    this.#options = options;
  }

  async begin(tables: readonly Table[]): Promise<void> {
    this.#watched = tables;
    this.#outages = this.#tables.outages;
    this.ids = await readTableIds(this.#tables, tables);
  }

  /** Whether the connection to a server was lost since the run began, or since {@link goesOn}. */
  get wereAway(): boolean {
    return this.#tables.outages !== this.#outages;
  }

  /** The run goes on from checkpoints that fit what the tables hold now. */
  goesOn(): void {
    this.#outages = this.#tables.outages;
    this.#acknowledged.clear();
  }

  acknowledge({ partition, offset }: Position): void {
    this.#acknowledged.set(partition, offset);
  }

  /** The offset up to which the tables have acknowledged a partition in this run. */
  acknowledged(partition: number): number | undefined {
    return this.#acknowledged.get(partition);
  }

  forget(partition: number): void {
    this.#acknowledged.delete(partition);
  }

  /**
   * Whether the tables are as far as they said.
   *
   * @throws ERR_TABLES_REMADE where one was dropped and made anew since the run began
   */
  async holdAll(): Promise<boolean> {
    checkTableIds('this run', this.ids, await readTableIds(this.#tables, this.#watched));
    const said = new Map(this.#acknowledged);
    const written = await readProgress(this.#tables, this.#options.pipeline.name);
    return [...said].every(([partition, offset]) => (written.get(partition)?.offset ?? -1) >= offset);
  }

  get #tables(): Tables {
    return this.#options.tables;
  }
}
