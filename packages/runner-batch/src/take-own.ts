import type { ArchivedFile, ArchiveFacts, ArchivePart, ReadEntry } from '@stockafolio/core/ports';
import { checkPartitioning, Feed, type PartitionEngine, partitioningOf } from '@stockafolio/engine';
import type { UnitTarget } from './amendments/unit-amendments.js';
import type { AmendedRecords } from './amendments/amended-records.js';
import { readAmendments } from './amendments/read-amendments.js';
import { EntryJudge } from './entry-judge.js';
import { inputsOf } from './inputs.js';
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
  { engine, amendments }: UnitTarget,
  files: readonly ArchivedFile[],
): AsyncGenerator<number> {
  const { codec, pipeline } = ports;
  const { stream } = pipeline;
  const { partition, onPartitionMismatch } = unit;
  const is = partitioningOf(stream, unit.partitions);
  const [input] = inputsOf(ports);
  const amended = input === undefined ? undefined : await readAmendments(input, { ...unit, files, amendments });
  let judge: EntryJudge<T> | undefined;
  for await (const { facts, part } of readAhead(partsOf(ports, files, unit))) {
    if (facts !== undefined) {
      const { partitions } = facts;
      const was = is === undefined || partitions === undefined ? undefined : { ...is, partitions };
      checkPartitioning(`the archive of partition ${partition}`, was, is);
      judge = new EntryJudge(stream, codec, facts, { partition, partitions, onPartitionMismatch });
    }
    if (judge !== undefined) for (const entries of part) yield takeAll(engine, { judge, amended }, entries, unit.to);
  }
}

/** Passes the entries below an offset through the engine; returns how many. */
function takeAll<T>(
  engine: PartitionEngine,
  { judge, amended }: { readonly judge: EntryJudge<T>; readonly amended: AmendedRecords | undefined },
  entries: readonly ReadEntry<T>[],
  to: number,
): number {
  const feed = new Feed(engine);
  let count = 0;
  for (const entry of entries) {
    if (entry.offset >= to) break;
    count++;
    const read = 'record' in entry && !judge.checksRecords ? entry : judge.judge(entry);
    const judged = amended === undefined ? read : amended.take(read, entry.offset);
    if ('record' in judged) feed.add(judged.record, entry);
    else if ('passed' in judged) feed.pass(judged.passed, entry);
    else feed.reject(judged.rejected, judged.message, entry, judged.replaces);
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
    // A record that may be amended is needed whole.
    const fields = pipeline.stream.amendments === undefined ? pipeline.reads : undefined;
    const options = { fields, defaults: codec.defaults };
    for await (const part of archive.read(file, Math.max(unit.from, file.first), options)) {
      yield { facts, part };
      facts = undefined;
    }
  }
}
