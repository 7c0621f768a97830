import { isStockafolioError } from '@stockafolio/core';
import { readProgress, writeFloors, type Progress } from '@stockafolio/core/engine';
import type { Clock, Tables } from '@stockafolio/core/ports';

/** A stream that runs looks for floors every 5 seconds: within so many milliseconds it knows of one. */
const KNOWN_WITHIN = 12_000;

export interface RaisedVersionsOptions {
  /** How far each partition is archived, in the tables that were made from the archive. */
  readonly archived: ReadonlyMap<number, Progress>;
  /** How many partitions the source has. */
  readonly partitions: number;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  readonly onWait: (why: string) => void;
}

/**
 * Lets the partitions of a pipeline go on above the time of the day, once in a run, so that rows can be mended under that and
 * stay open to what follows.
 */
export class RaisedVersions {
  readonly #tables: Tables;
  readonly #pipeline: string;
  readonly #options: RaisedVersionsOptions;
  #version: Promise<number | undefined> | undefined;

  constructor(tables: Tables, pipeline: string, options: RaisedVersionsOptions) {
    this.#tables = tables;
    this.#pipeline = pipeline;
    this.#options = options;
  }

  /** The version, in microseconds; undefined where the tables are ahead of the archive, or move on. */
  raise(): Promise<number | undefined> {
    this.#version ??= this.#raise();
    return this.#version;
  }

  async #raise(): Promise<number | undefined> {
    const { archived, partitions, clock } = this.#options;
    if (await this.#isAhead()) return undefined;
    const version = clock.now() * 1_000;
    const all = new Set([...Array(partitions).keys(), ...archived.keys()]);
    const positions = [...all].map((partition) => ({ partition, offset: archived.get(partition)?.offset ?? 0 }));
    await writeFloors(this.#tables, this.#pipeline, positions, version);
    await this.#untilKnown();
    return (await this.#isAhead()) ? undefined : version;
  }

  /** Whether the tables hold records that are not archived: what is expected of a row would lack them. */
  async #isAhead(): Promise<boolean> {
    const { archived } = this.#options;
    const written = await readProgress(this.#tables, this.#pipeline);
    return [...written].some(([partition, { offset }]) => offset > (archived.get(partition)?.offset ?? 0));
  }

  /** Waits until a stream that may be running knows. Embedded tables tell whether there is one. */
  async #untilKnown(): Promise<void> {
    try {
      const release = await this.#tables.lock?.(this.#pipeline);
      if (release !== undefined) return await release();
    } catch (error) {
      if (!isStockafolioError(error, 'ERR_TABLES_TAKEN')) throw error;
    }
    const { clock, onWait } = this.#options;
    onWait('rows were changed by hand: waiting 12 s, so that a stream that runs writes above the mended rows');
    await clock.sleep(KNOWN_WITHIN);
  }
}
