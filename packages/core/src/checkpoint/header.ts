import type { EnginePosition } from '../engine/partition-engine.js';
import type { Partitioning } from '../engine/partitioning.js';
import type { OperatorLayout } from '../pipeline/context.js';
import type { StatePart } from './state-codec.js';

/** A file of the chain, and the checksum that it must bear. */
export interface Link {
  readonly name: string;
  readonly checksum: number;
}

/** Texts numbered from `from` on; the numbers are places in the list of sections. */
export interface TextPart {
  readonly from: number;
  readonly ends: number;
  readonly bytes: number;
}

/** By the table's name. */
export type TableIds = Readonly<Record<string, string>>;

export interface OperatorPart {
  readonly layout: OperatorLayout;
  readonly state: StatePart;
}

/**
 * What a checkpoint file says of itself. A file holds what changed since the one before it, and, while a base is being
 * written, a stretch of the whole state: so no single file is ever large. A state is put together from the file with
 * which the newest whole base began, and all that follow it.
 */
export interface CheckpointHeader {
  readonly format: 1;
  readonly pipeline: string;
  readonly partition: number;
  readonly source: string;
  /** How the source was divided, where that matters and is known. */
  readonly partitioning?: Partitioning;
  readonly position: EnginePosition;
  /** Whether a row of `checkpoint_cuts` was written before it, as of those of earlier versions there was not. */
  readonly hasCut?: boolean;
  readonly tables: readonly string[];
  /** The tables' own ids, of those that have one: see `Tables.identity`. */
  readonly tableIds?: TableIds;
  /** The file before; null for the first. */
  readonly previous: Link | null;
  /** The file with which the newest whole base began; null while the first base is not whole. */
  readonly base: string | null;
  readonly texts: readonly TextPart[];
  readonly operators: readonly OperatorPart[];
}

const DIGITS = 20;
const SUFFIX = '.checkpoint';

/** `portfolio/partition=00003/00000000000000001700.checkpoint`: the offset is the next one to be taken in. */
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
