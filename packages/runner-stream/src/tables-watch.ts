import type { Table } from '@stockafolio/core';
import type { Position, Tables } from '@stockafolio/core/ports';
import { checkTableIds, readProgress, readTableIds, type TableIds } from '@stockafolio/engine';
import type { StreamOptions } from './options.js';

/**
 * Watches whether the tables still hold what they acknowledged. A killed server may have lost its last writes, a backup
 * may have been restored, or somebody may have dropped a table. Later writes succeed as if nothing had happened; only
 * the tables' own progress and ids show the loss.
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

  /** The run continues from checkpoints that fit the present content of the tables. */
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
   * Whether the progress of the tables is what they acknowledged.
   *
   * @throws ERR_TABLES_REMADE if one was dropped and recreated since the run began
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
