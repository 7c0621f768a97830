import type { ArchivedFile, ArchiveFacts, ArchivePart, ReadEntry } from '@stockafolio/core/ports';
import { checkPartitioning, Feed, type PartitionEngine, partitioningOf } from '@stockafolio/engine';
import { EntryJudge } from './entry-judge.js';
import type { BatchPorts, BatchUnit } from './options.js';
import { readAhead } from './read-ahead.js';

/**
 * Passes a unit's own partition of the archive through its engine, in offset order; yields the number of messages,
 * portion by portion.
 *
 * @throws ERR_PARTITION_MISMATCH; ERR_PARTITIONS_CHANGED if the source had another number of partitions then
 */
export async function* takeOwn<T>(
  ports: BatchPorts<T>,
  unit: BatchUnit,
  engine: PartitionEngine,
  files: readonly ArchivedFile[],
): AsyncGenerator<number> {
  const { codec, pipeline } = ports;
  const { stream } = pipeline;
  const { partition, onPartitionMismatch } = unit;
  const is = partitioningOf(stream, unit.partitions);
  let judge: EntryJudge<T> | undefined;
  for await (const { facts, part } of readAhead(partsOf(ports, files, unit))) {
    if (facts !== undefined) {
      const { partitions } = facts;
      const was = is === undefined || partitions === undefined ? undefined : { ...is, partitions };
      checkPartitioning(`the archive of partition ${partition}`, was, is);
      judge = new EntryJudge(stream, codec, facts, { partition, partitions, onPartitionMismatch });
    }
    if (judge !== undefined) for (const entries of part) yield takeAll(engine, judge, entries, unit.to);
  }
}

/** Passes the entries below an offset through the engine; returns how many. */
function takeAll<T>(
  engine: PartitionEngine,
  judge: EntryJudge<T>,
  entries: readonly ReadEntry<T>[],
  to: number,
): number {
  const feed = new Feed(engine);
  let count = 0;
  for (const entry of entries) {
    if (entry.offset >= to) break;
    count++;
    if ('record' in entry && !judge.checksRecords) {
      feed.add(entry.record, entry);
      continue;
    }
    const judged = judge.judge(entry);
    if ('record' in judged) feed.add(judged.record, entry);
    else feed.reject(judged.rejected, judged.message, entry);
  }
  feed.end();
  return count;
}

/**
 * The entries of a unit in offset order, file by file; the first part of each file comes with its facts about the
 * source.
 */
async function* partsOf<T>(
  { archive, codec, pipeline }: BatchPorts<T>,
  files: readonly ArchivedFile[],
  unit: BatchUnit,
): AsyncGenerator<{ readonly facts: ArchiveFacts | undefined; readonly part: ArchivePart<T> }> {
  for (const file of files) {
    let facts = await archive.facts(file.name);
    const options = { fields: pipeline.reads, defaults: codec.defaults };
    for await (const part of archive.read(file, Math.max(unit.from, file.first), options)) {
      yield { facts, part };
      facts = undefined;
    }
  }
}
