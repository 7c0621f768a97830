import { isStockafolioError } from '@stockafolio/core';
import type { Clock, Tables } from '@stockafolio/core/ports';
import { type Progress, readProgress, writeFloors } from '@stockafolio/engine';

/** A running stream looks for floors every 5 seconds: within this many milliseconds it knows a new one. */
const KNOWN_WITHIN = 12_000;

export interface RaisedVersionsOptions {
  /** The progress of each partition in the tables that were made from the archive. */
  readonly archived: ReadonlyMap<number, Progress>;
  /** How many partitions the source has. */
  readonly partitions: number;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  readonly onWait: (why: string) => void;
}

/**
 * Raises the version floor of a pipeline's partitions above the present time, once in a run. Rows can then be repaired
 * below that floor and stay open to later writes.
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

  /** The version, in microseconds; undefined if the tables are ahead of the archive, or keep advancing. */
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

  /** Whether the tables hold records that are not archived: the expected rows would lack them. */
  async #isAhead(): Promise<boolean> {
    const { archived } = this.#options;
    const written = await readProgress(this.#tables, this.#pipeline);
    return [...written].some(([partition, { offset }]) => offset > (archived.get(partition)?.offset ?? 0));
  }

  /** Waits until a stream that may be running knows the floor. Embedded tables tell whether there is one. */
  async #untilKnown(): Promise<void> {
    try {
      const release = await this.#tables.lock?.(this.#pipeline);
      if (release !== undefined) return await release();
    } catch (error) {
      if (!isStockafolioError(error, 'ERR_TABLES_TAKEN')) throw error;
    }
    const { clock, onWait } = this.#options;
    onWait('rows were changed by hand: waiting 12 s, so that a running stream writes above the repaired rows');
    await clock.sleep(KNOWN_WITHIN);
  }
}
