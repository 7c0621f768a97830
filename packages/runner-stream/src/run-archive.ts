import { StockafolioError } from '@stockafolio/core';
import type { ArchiveFacts, ArchivedFile, AssignmentListener, Position, SourceBatch } from '@stockafolio/core/ports';
import type { ArchiveOptions, ArchiveResult } from './archive-options.js';
import { ArchivePartition, type Done } from './archive-partition.js';
import { checkArchivedLog, endOfFile } from './archived-log.js';
import { ExtentNotes } from './extent-notes.js';
import { archiveTarget } from './group-target.js';
import { GroupWait } from './group-wait.js';
import { withoutRepeats } from './topics/without-repeats.js';
import { asStockafolioError, untilBack } from './until-back.js';

/**
 * Copies a source into its archive, file by file, until it is caught up, or stopped by its signal.
 *
 * The archive itself says where to continue: after its last offset. A file exists whole or not at all, so a run that is
 * killed at any moment neither loses nor duplicates a message.
 *
 * @throws ERR_SOURCE_MISMATCH if the archive belongs to another source, ERR_GROUP_TAKEN if the group is bound to
 * another archive, ERR_OFFSET_GONE if the source no longer has the next message, ERR_SOURCE_DIVERGED if it has lost
 * archived messages
 */
export async function runArchive<T>(options: ArchiveOptions<T>): Promise<ArchiveResult> {
  return new ArchiveRun({ ...options, source: withoutRepeats(options.source) }).run();
}

class ArchiveRun<T> implements AssignmentListener {
  readonly #options: ArchiveOptions<T>;
  readonly #partitions = new Map<number, ArchivePartition<T>>();
  readonly #groupWait: GroupWait;
  readonly #extent: ExtentNotes<T>;
  #source = '';
  #facts: ArchiveFacts = { source: '' };
  /** What the archive said about the source when the run began. */
  #archived: ArchiveFacts | undefined;
  /** Whether the source has told this run its partitions. */
  #settled = false;
  #records = 0;
  #files = 0;

  constructor(options: ArchiveOptions<T>) {
    this.#options = options;
    this.#groupWait = new GroupWait(options);
    this.#extent = new ExtentNotes(options);
  }

  async run(): Promise<ArchiveResult> {
    const { source, archive, stream, signal, group = `${stream.name}-archive`, clock } = this.#options;
    let caughtUp = false;
    try {
      this.#source = await source.identity();
      this.#archived = await archive.facts();
      const archived = this.#archived?.source;
      if (archived !== undefined && archived !== this.#source) throw otherSource(archived, this.#source);
      const target = await untilBack(this.#options, 'reading the archive', () =>
        archiveTarget(stream.name, archive, clock),
      );
      const { takeGroup = false, untilCaughtUp = false } = this.#options;
      await source.open(group, this, { ...target, takeGroup, endsByItself: untilCaughtUp });
      while (signal?.aborted !== true && !caughtUp) {
        const batch = await source.next(200);
        if (batch !== undefined) await this.#take(batch);
        await this.#roll(this.#options.rollInterval ?? 60_000);
        await this.#extent.noteIfDue(this.#source);
        caughtUp = batch === undefined && this.#options.untilCaughtUp === true && (await this.#isCaughtUp());
      }
      await this.#roll(0);
      if (caughtUp) await this.#extent.noteNow(this.#source);
    } finally {
      await source.close();
    }
    return { records: this.#records, files: this.#files, caughtUp };
  }

  async assigned(partitions: readonly number[], generation: number): Promise<readonly Position[]> {
    const { archive, source, stream, form } = this.#options;
    const all = await untilBack(this.#options, 'listing the archive', () => archive.files());
    const ranges = await untilBack(this.#options, 'asking what the source holds', () => source.ranges());
    await untilBack(this.#options, 'noting what the source holds', () => this.#extent.note(this.#source, ranges));
    const { partitioner } = stream;
    const before = partitionsBefore(this.#archived, ranges.length);
    this.#facts = {
      ...{ source: this.#source, partitions: ranges.length, partitionsBefore: before, form },
      partitioner: typeof partitioner === 'string' ? partitioner : undefined,
    };
    const positions: Position[] = [];
    for (const partition of partitions) {
      const files = all.filter((file) => file.partition === partition);
      const last = files.at(-1);
      const oldest = ranges.find((range) => range.partition === partition)?.oldest ?? 0;
      // Before its records are read, so that it is opened only once.
      const end = last === undefined ? undefined : await endOfFile(this.#options, last);
      const { latest, day } = await untilBack(this.#options, 'reading the archive', () => this.#lastRecord(files));
      const next = last === undefined ? oldest : last.last + 1;
      this.#partitions.set(
        partition,
        new ArchivePartition(this.#options, {
          ...{ partition, of: ranges.length, before, generation, next, latest, day },
          writers: end?.seen?.writers,
        }),
      );
      positions.push(end ?? { partition, offset: next });
    }
    await checkArchivedLog(this.#options, positions, all);
    this.#settled = true;
    return positions;
  }

  /** The latest time in the last file that has a record, and its day; later files hold only rejected messages. */
  async #lastRecord(files: readonly ArchivedFile[]): Promise<{ readonly latest: number; readonly day: string }> {
    const { archive, stream, codec } = this.#options;
    for (const file of files.toReversed()) {
      let latest = Number.NEGATIVE_INFINITY;
      for await (const part of archive.read(file, file.first, { defaults: codec.defaults })) {
        for (const entries of part) {
          for (const entry of entries) if ('record' in entry) latest = Math.max(latest, stream.time(entry.record));
        }
      }
      if (Number.isFinite(latest)) return { latest, day: file.day };
    }
    return { latest: Number.NEGATIVE_INFINITY, day: '' };
  }

  async revoked(partitions: readonly number[]): Promise<void> {
    for (const partition of partitions) {
      const leaving = this.#partitions.get(partition);
      if (leaving !== undefined) await this.#write(leaving, leaving.close());
    }
    await this.lost(partitions);
  }

  /**
   * The collected messages are dropped: the partition's new holder collects them too, and a message is archived once.
   */
  async lost(partitions: readonly number[]): Promise<void> {
    for (const partition of partitions) this.#partitions.delete(partition);
    if (this.#partitions.size === 0) this.#settled = false;
  }

  async #take(batch: SourceBatch): Promise<void> {
    const partition = this.#partitions.get(batch.partition);
    if (partition === undefined || partition.generation !== batch.generation) return;
    let count = 0;
    for (const message of batch.messages) {
      if (message.offset < partition.next) continue;
      const done = partition.take(message, batch.epoch);
      count++;
      if (done !== undefined) await this.#write(partition, done);
    }
    partition.endBatch();
    this.#records += count;
    this.#options.onRecords?.(count);
  }

  async #roll(olderThan: number): Promise<void> {
    const now = this.#options.clock.elapsed();
    const due: Position[] = [];
    let generation = 0;
    for (const partition of this.#partitions.values()) {
      if (partition.since === undefined || now - partition.since < olderThan) continue;
      await this.#write(partition, partition.close());
      due.push({ partition: partition.partition, offset: partition.next });
      generation = partition.generation;
    }
    if (due.length === 0) return;
    // For lag tools only: the archive itself counts.
    await this.#options.source.commit(due, generation).catch((error: unknown) => {
      if (!asStockafolioError(error).retryable) throw error;
    });
  }

  async #write({ partition }: ArchivePartition<T>, pending: Done<T> | undefined): Promise<void> {
    const last = pending?.entries.at(-1)?.offset;
    if (pending === undefined || last === undefined) return;
    const { first, day, entries, mixed, history, writers } = pending;
    const facts = { ...this.#facts, mixed, history, writers };
    const write = (): Promise<void> => this.#options.archive.write({ partition, first, last, day }, facts, entries);
    await untilBack(this.#options, `archiving partition ${partition}`, write, isAway);
    this.#files++;
    this.#options.onFile?.({ partition, first, last, day });
  }

  /** Whether everything is archived: if a group shares the source, the archive itself tells. */
  async #isCaughtUp(): Promise<boolean> {
    if (!this.#settled) {
      await this.#groupWait.sharingOut();
      return false;
    }
    const { source, archive } = this.#options;
    const ranges = await untilBack(this.#options, 'asking what the source holds', () => source.ranges());
    const next = new Map([...this.#partitions].map(([partition, { next: offset }]) => [partition, offset]));
    if (!ranges.every(({ partition, end }) => (next.get(partition) ?? end) >= end)) return false;
    if (source.shared !== true || ranges.every(({ partition }) => next.has(partition))) return true;
    const all = await untilBack(this.#options, 'listing the archive', () => archive.files());
    const behind = ranges
      .filter(({ partition }) => !next.has(partition))
      .map(({ partition, oldest, end }) => {
        const last = all.findLast((file) => file.partition === partition);
        return { partition, offset: last === undefined ? oldest : last.last + 1, end };
      })
      .filter(({ offset, end }) => offset < end);
    await this.#groupWait.behind(behind);
    return behind.length === 0;
  }
}

/** A full store does not recover by itself. */
function isAway({ code, retryable }: StockafolioError): boolean {
  return retryable && code !== 'ERR_FILES_FULL';
}

/** How many partitions the source had before: its producers learn about new ones minutes apart. */
function partitionsBefore(archived: ArchiveFacts | undefined, now: number): readonly number[] {
  const { partitions, partitionsBefore: before = [] } = archived ?? {};
  return partitions === undefined || partitions === now ? before : [...before, partitions];
}

function otherSource(archived: string, given: string): StockafolioError {
  return new StockafolioError(
    'ERR_SOURCE_MISMATCH',
    `the archive belongs to source ${archived}; this source is ${given}`,
    {
      hint: 'archive this source into another folder or bucket',
    },
  );
}
