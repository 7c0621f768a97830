import type { Files } from '@stockafolio/core/ports';
import type { PartitionEngine } from '../partition/partition-engine.js';
import { tablesOf } from '../tables/tables-of.js';
import { checksumOf, encodeContainer, type Section, type SectionToBe } from './container.js';
import {
  checkpointFolder,
  checkpointName,
  isCheckpoint,
  type CheckpointHeader,
  type Link,
  type TableIds,
  type TextPart,
} from './header.js';
import { comparePlans, type PlanChange } from './plan.js';
import type { Checkpoint, CheckpointChain } from './restore.js';
import { writeSlots } from './state-codec.js';

const BASE_CHUNK = 1 << 18;

/** Smallest number of changed entries after which a new base is worthwhile. */
const SMALL = 1 << 16;

/** A number of texts of which it does not matter whether they are used. */
const FEW_TEXTS = 1 << 10;

/** Smallest number of files after which a new base is worthwhile. */
const LONG_CHAIN = 100;

/** The progress of writing a base: entries still to be written, texts first, then one operator after the other. */
interface BaseWork {
  readonly start: string;
  /** Number of entries of each stage when the base began; later ones are in the changes. */
  readonly ends: readonly number[];
  stage: number;
  at: number;
}

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
  #work: BaseWork | undefined;
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
      this.#changed = slotsIn(resumed?.files ?? []) - sizeOf(engine);
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
    const { interner, operators } = engine;
    const sections: (Section | SectionToBe)[] = [];
    const texts: TextPart[] = [];
    const putTexts = (ids: Int32Array): void => {
      if (ids.length === 0) return;
      const { ends, bytes } = interner.pack(ids);
      texts.push({
        ids: sections.push(ids) - 1,
        ends: sections.push(ends) - 1,
        bytes: sections.push(bytes) - 1,
      });
    };
    this.#beginBase(name);
    this.#chain++;
    const chunks = this.#nextChunk(whole ? Number.POSITIVE_INFINITY : this.#chunk);
    const textChunk = chunks.get(0);
    if (textChunk !== undefined) putTexts(interner.numbers(textChunk.from, textChunk.to));
    const unsaved = operators.map(({ state }) => state.takeUnsaved());
    putTexts(this.#unsavedTexts(unsaved));
    const parts = operators.map(({ layout, state }, n) => {
      const changed = unsaved[n] as Int32Array;
      const chunk = chunks.get(n + 1);
      const slots = chunk === undefined ? changed : joined(changed, chunk);
      this.#changed += slots.length - (chunk === undefined ? 0 : chunk.to - chunk.from);
      return { layout, state: writeSlots(state, slots, sections) };
    });
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
      operators: parts,
    };
    return encodeContainer(header, sections);
  }

  /**
   * The numbers of the texts that no file holds yet. If there are many more than changed slots, most are unused already:
   * then only those of the changed slots, which alone can hold them.
   */
  #unsavedTexts(changed: readonly Int32Array[]): Int32Array {
    const { interner, operators } = this.#target.engine;
    const slots = changed.reduce((sum, { length }) => sum + length, 0);
    if (interner.unsaved <= FEW_TEXTS + 2 * slots) return interner.takeUnsaved();
    const needed = interner.marks();
    operators.forEach(({ state }, n) => {
      state.markTexts(needed, changed[n]);
    });
    return interner.takeUnsaved(needed);
  }

  /** Begins a new base if there is none, or if the changes since the last one have grown as large as the state. */
  #beginBase(name: string): void {
    if (this.#work !== undefined) return;
    const { interner, operators } = this.#target.engine;
    const size = sizeOf(this.#target.engine);
    const files = Math.max(LONG_CHAIN, (2 * size) / this.#chunk);
    if (this.#base !== null && this.#changed <= Math.max(SMALL, size) && this.#chain < files) return;
    if (interner.mayHaveUnused(FEW_TEXTS)) this.#target.engine.forgetTexts();
    this.#chain = 0;
    this.#work = { start: name, ends: [interner.end, ...operators.map(({ state }) => state.end)], stage: 0, at: 0 };
    this.#changed = 0;
  }

  /** The next chunk of the base, by stage; marks the base complete when nothing is left. */
  #nextChunk(most: number): Map<number, { from: number; to: number }> {
    const chunks = new Map<number, { from: number; to: number }>();
    const work = this.#work;
    if (work === undefined) return chunks;
    let left = most;
    while (work.stage < work.ends.length && left > 0) {
      const end = work.ends[work.stage] as number;
      const to = Math.min(end, work.at + left);
      if (to > work.at) chunks.set(work.stage, { from: work.at, to });
      left -= to - work.at;
      work.at = to;
      if (to === end) {
        work.stage++;
        work.at = 0;
      }
    }
    if (work.stage === work.ends.length) {
      this.#baseBefore = this.#base;
      this.#base = work.start;
      this.#work = undefined;
    }
    return chunks;
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

function isKept({ verdict }: PlanChange): boolean {
  return verdict === 'kept';
}

/** Keys held by all operators. */
function sizeOf({ operators }: PartitionEngine): number {
  return operators.reduce((sum, { state }) => sum + state.size, 0);
}

function slotsIn(files: readonly Checkpoint[]): number {
  return files.reduce(
    (sum, { header, sections }) =>
      header.operators.reduce((all, { state }) => all + (sections[state.slots]?.length ?? 0), sum),
    0,
  );
}

/** The slots of a chunk, and those changed outside it. */
function joined(changed: Int32Array, chunk: { from: number; to: number }): Int32Array {
  const beyond = changed.filter((slot) => slot < chunk.from || slot >= chunk.to);
  const slots = new Int32Array(beyond.length + chunk.to - chunk.from);
  slots.set(beyond);
  for (let slot = chunk.from, n = beyond.length; slot < chunk.to; slot++, n++) slots[n] = slot;
  return slots;
}
