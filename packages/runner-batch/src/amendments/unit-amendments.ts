import type { Files } from '@stockafolio/core/ports';
import { type PartitionEngine, readProgress } from '@stockafolio/engine';
import { inputsOf } from '../inputs.js';
import type { BatchPorts, BatchUnit, UnitResult } from '../options.js';

/** Where the messages of a unit go. */
export interface UnitTarget {
  readonly engine: PartitionEngine;
  readonly amendments: { made: number };
}

/**
 * The amendments of a unit, counted; and whether tables may have rows of an earlier run that did not know them: of a
 * stream, of a batch before a run from the start, or of one that was killed before more was archived. Such rows have the
 * versions of this unit's, so they stay as they are, or are no more.
 *
 * That a unit has begun is noted beside the checkpoints, in `PIPELINE/begun/`.
 */
export class UnitAmendments {
  readonly #files: Files;
  readonly #notes: readonly string[];
  readonly #isRepeated: boolean;
  /** How many were made. */
  made = 0;

  private constructor(files: Files, notes: readonly string[], isRepeated: boolean) {
    this.#files = files;
    this.#notes = notes;
    this.#isRepeated = isRepeated;
  }

  /** Called before the first row is written. */
  static async begin<T>(ports: BatchPorts<T>, unit: BatchUnit): Promise<UnitAmendments> {
    const { checkpoints: files, tables, pipeline } = ports;
    if (inputsOf(ports).every(({ stream }) => stream.amendments === undefined))
      return new UnitAmendments(files, [], false);
    const { partition, from, to } = unit;
    const folder = `${pipeline.name}/begun/${partition}-`;
    const notes: string[] = [];
    for await (const { name } of files.list(folder)) notes.push(name);
    const own = `${folder}${from}-${to}`;
    const written = (await readProgress(tables, pipeline.name)).get(partition)?.offset ?? 0;
    const isRepeated = written > from || notes.some((name) => name !== own);
    if (!notes.includes(own)) await files.write(own, new Uint8Array(0));
    return new UnitAmendments(files, [...notes, own], isRepeated);
  }

  /** Called when the unit is committed. */
  async end(): Promise<void> {
    for (const name of this.#notes) await this.#files.delete(name);
  }

  /** As a part of the unit's result. */
  get result(): Pick<UnitResult, 'amendments' | 'needsRepair'> {
    if (this.made === 0) return {};
    return this.#isRepeated ? { amendments: this.made, needsRepair: true } : { amendments: this.made };
  }
}
