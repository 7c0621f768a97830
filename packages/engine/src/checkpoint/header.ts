import type { OperatorLayout } from '@stockafolio/core/plan';
import type { SavedSlots, SavedTexts } from '@stockafolio/core/ports';
import type { EnginePosition } from '../partition/engine-position.js';
import type { Partitioning } from '../tables/partitioning.js';

/** A file of the chain, and the checksum that it must have. */
export interface Link {
  readonly name: string;
  readonly checksum: number;
}

/** By the table's name. */
export type TableIds = Readonly<Record<string, string>>;

export interface OperatorPart {
  readonly layout: OperatorLayout;
  readonly state: SavedSlots;
  /** Its sub-keys, by name; absent if it has none. */
  readonly subKeys?: Readonly<Record<string, SavedSlots>>;
}

/**
 * The header of a checkpoint file. A file holds what changed since the previous one. While a base is being written, it
 * also holds a chunk of the whole state, so that no single file is ever large. A state is restored from the file with
 * which the newest complete base began, and all files that follow it.
 */
export interface CheckpointHeader {
  readonly format: 1 | 2;
  readonly pipeline: string;
  readonly partition: number;
  readonly source: string;
  /** How the source was partitioned, if that matters and is known. */
  readonly partitioning?: Partitioning;
  readonly position: EnginePosition;
  /** Whether a row of `checkpoint_cuts` was written before it; earlier versions did not write one. */
  readonly hasCut?: boolean;
  readonly tables: readonly string[];
  /** The tables' own ids, for those that have one: see `Tables.identity`. */
  readonly tableIds?: TableIds;
  /** The previous file; null for the first. */
  readonly previous: Link | null;
  /** The file with which the newest complete base began; null until the first base is complete. */
  readonly base: string | null;
  readonly texts: readonly SavedTexts[];
  readonly operators: readonly OperatorPart[];
}

const DIGITS = 20;
const SUFFIX = '.checkpoint';

/** `portfolio/partition=00003/00000000000000001700.checkpoint`: the offset is the next one to process. */
export function checkpointName(pipeline: string, partition: number, offset: number): string {
  return `${checkpointFolder(pipeline, partition)}${String(offset).padStart(DIGITS, '0')}${SUFFIX}`;
}

export function checkpointFolder(pipeline: string, partition: number): string {
  return `${pipeline}/partition=${String(partition).padStart(5, '0')}/`;
}

/** The offset in the name of a checkpoint file. */
export function offsetOf(name: string): number {
  return Number(name.slice(-DIGITS - SUFFIX.length, -SUFFIX.length));
}

export function isCheckpoint(name: string): boolean {
  return /\/\d{20}\.checkpoint$/.test(name);
}
