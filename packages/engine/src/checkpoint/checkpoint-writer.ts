import type { Files, LaterArray, SavedArray, SavedSlots, StateBase } from '@stockafolio/core/ports';
import type { OperatorRuntime } from '../flow/operator-runtime.js';
import type { PartitionEngine } from '../partition/partition-engine.js';
import { tablesOf } from '../tables/tables-of.js';
import { checksumOf, encodeContainer } from './container.js';
import {
  checkpointFolder,
  checkpointName,
  isCheckpoint,
  type CheckpointHeader,
  type Link,
  type OperatorPart,
  type TableIds,
} from './header.js';
import { comparePlans, type PlanChange } from './plan.js';
import type { Checkpoint, CheckpointChain } from './restore.js';

const BASE_CHUNK = 1 << 18;

/** Smallest number of changed entries after which a new base is worthwhile. */
const SMALL = 1 << 16;

/** Smallest number of files after which a new base is worthwhile. */
const LONG_CHAIN = 100;

export interface CheckpointTarget {
  readonly pipeline: string;
  readonly source: string;
  readonly engine: PartitionEngine;
  readonly files: Files;
  /** Ids of the tables that hold what the checkpoints continue from. */
  readonly tableIds?: TableIds;
  /** Entries (slots or texts) of a base that go into one file, besides what has changed; defaults to 262,144. */
  readonly chunk?: number;
}

/** The bytes of a checkpoint, not yet written. */
export interface PreparedCheckpoint {
  readonly name: string;
  /** The next offset to process, at the cut. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Writes the checkpoints of one engine, one after the other. */
export class CheckpointWriter {
  readonly #target: CheckpointTarget;
  readonly #chunk: number;
  #previous: Link | null;
  #base: string | null;
  #baseBefore: string | null = null;
  /** The base that is being written, and the first of its files. */
  #work: { readonly start: string; readonly base: StateBase } | undefined;
  /** Slots in files since the last base began, beyond those of the base. */
  #changed = 0;
  /** Files since the last base began. */
  #chain = 0;
  #written = -1;

  /**
   * @param resumed the checkpoint that the engine was resumed from, which the next one continues. If the plan has
   * changed since, the next one begins a new base: what earlier files hold under the same names has another meaning.
   */
  constructor(target: CheckpointTarget, resumed?: CheckpointChain) {
    const { engine } = target;
    this.#target = target;
    this.#chunk = target.chunk ?? BASE_CHUNK;
    const last = resumed?.last;
    const continues = last !== undefined && comparePlans(last.header, { ...engine.plan, tables: [] }).every(isKept);
    this.#previous = last === undefined ? null : { name: last.name, checksum: last.checksum };
    this.#base = continues ? (resumed?.base ?? null) : null;
    if (last !== undefined) this.#written = engine.position.offset;
    if (continues) {
      // Counted across restarts: otherwise runs that end early would make the chain longer and longer.
      this.#chain = resumed?.files.length ?? 0;
      this.#changed = slotsIn(resumed?.files ?? []) - engine.states.size;
    }
  }

  /** The offset of the last checkpoint; -1 if there is none. */
  get offset(): number {
    return this.#written;
  }

  /**
   * Copies the engine's current cut, to be written by {@link store} once the tables hold all of it; undefined if
   * nothing has arrived since the last one. The previous one must have been stored.
   *
   * @param whole write a base, if one is due, into this one file: for a run that ends here
   */
  prepare(whole = false): PreparedCheckpoint | undefined {
    const { pipeline, engine } = this.#target;
    if (engine.position.offset === this.#written) return undefined;
    const name = checkpointName(pipeline, engine.partition, engine.position.offset);
    return { name, offset: engine.position.offset, bytes: this.#encode(name, whole) };
  }

  /**
   * Resolves when the checkpoint is durable. If that fails, the next one begins a new base, because its changes are
   * lost.
   */
  async store({ name, offset, bytes }: PreparedCheckpoint): Promise<void> {
    try {
      await this.#target.files.write(name, bytes);
    } catch (error) {
      this.#base = null;
      this.#work = undefined;
      throw error;
    }
    this.#written = offset;
    this.#previous = { name, checksum: checksumOf(bytes) };
    await this.#sweep();
  }

  #encode(name: string, whole: boolean): Uint8Array {
    const { pipeline, source, engine, tableIds = {} } = this.#target;
    const sections: (SavedArray | LaterArray)[] = [];
    this.#beginBase(name);
    this.#chain++;
    const { texts, states, changed } = engine.states.save(
      sections,
      this.#work?.base,
      whole ? Number.POSITIVE_INFINITY : this.#chunk,
    );
    this.#changed += changed;
    this.#completeBase();
    const header: CheckpointHeader = {
      format: 2,
      pipeline,
      partition: engine.partition,
      source,
      ...(engine.partitioning === undefined ? {} : { partitioning: engine.partitioning }),
      position: engine.position,
      hasCut: true,
      tables: tablesOf(engine).map((table) => table.name),
      tableIds,
      previous: this.#previous,
      base: this.#base,
      texts,
      operators: engine.operators.map((operator) => partOf(operator, states)),
    };
    return encodeContainer(header, sections);
  }

  /** Begins a new base if there is none, or if the changes since the last one have grown as large as the state. */
  #beginBase(name: string): void {
    if (this.#work !== undefined) return;
    const { states } = this.#target.engine;
    const files = Math.max(LONG_CHAIN, (2 * states.size) / this.#chunk);
    if (this.#base !== null && this.#changed <= Math.max(SMALL, states.size) && this.#chain < files) return;
    this.#chain = 0;
    this.#changed = 0;
    this.#work = { start: name, base: states.beginBase() };
  }

  #completeBase(): void {
    if (this.#work?.base.isComplete !== true) return;
    this.#baseBefore = this.#base;
    this.#base = this.#work.start;
    this.#work = undefined;
  }

  /** Removes the files that neither the newest base nor the one before it needs. */
  async #sweep(): Promise<void> {
    const { pipeline, engine, files } = this.#target;
    const oldest = this.#baseBefore;
    if (oldest === null) return;
    this.#baseBefore = null;
    for await (const { name } of files.list(checkpointFolder(pipeline, engine.partition))) {
      if (isCheckpoint(name) && name < oldest) await files.delete(name);
    }
  }
}

function partOf({ layout, subKeys }: OperatorRuntime, states: ReadonlyMap<string, SavedSlots>): OperatorPart {
  const savedAs = (name: string): SavedSlots => states.get(name) as SavedSlots;
  const part = { layout, state: savedAs(layout.name) };
  if (subKeys.length === 0) return part;
  return { ...part, subKeys: Object.fromEntries(subKeys.map((name) => [name, savedAs(`${layout.name}/${name}`)])) };
}

function isKept({ verdict }: PlanChange): boolean {
  return verdict === 'kept';
}

function slotsIn(files: readonly Checkpoint[]): number {
  const counts = files.flatMap(({ header, sections }) =>
    header.operators.flatMap(({ state, subKeys = {} }) =>
      [state, ...Object.values(subKeys)].map(({ slots }) => sections[slots]?.length ?? 0),
    ),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}
