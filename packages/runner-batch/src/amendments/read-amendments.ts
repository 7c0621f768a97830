import type { ArchivedFile } from '@stockafolio/core/ports';
import { amendedBy } from '@stockafolio/core/ports';
import { EntryJudge } from '../entry-judge.js';
import type { ArchivedInput } from '../inputs.js';
import type { BatchUnit, UnitInput } from '../options.js';
import { readAt } from '../read-at.js';
import { AmendedRecords } from './amended-records.js';
import type { UnitTarget } from './unit-amendments.js';

/** The range of an archived partition in which amendments are read. */
export interface AmendedRange
  extends
    Pick<UnitInput, 'from' | 'to' | 'partitions'>,
    Pick<BatchUnit, 'partition' | 'fresh' | 'onPartitionMismatch'> {
  readonly files: readonly ArchivedFile[];
  readonly amendments: UnitTarget['amendments'];
}

/**
 * Reads the amendments of a unit before its records: of all messages one column, and whole only those that amend others.
 * Undefined if the stream has none.
 */
export async function readAmendments(
  input: ArchivedInput,
  { files, amendments: made, from, to, partition, partitions, fresh, onPartitionMismatch }: AmendedRange,
): Promise<AmendedRecords | undefined> {
  const { stream, codec, archive } = input;
  const { amendments } = stream;
  if (amendments === undefined) return undefined;
  const amended = new AmendedRecords(input, made, fresh ? undefined : from);
  const { defaults } = codec;
  for (const file of files) {
    const facts = await archive.facts(file.name);
    if (facts === undefined) continue;
    const judge = new EntryJudge(stream, codec, facts, { partition, partitions, onPartitionMismatch });
    const found: number[] = [];
    for await (const part of archive.read(file, Math.max(from, file.first), {
      fields: [amendments.amends],
      defaults,
    })) {
      for (const entries of part) {
        for (const entry of entries) {
          if (entry.offset >= to) break;
          const judged = 'record' in entry ? entry : judge.judge(entry);
          if ('record' in judged && amendedBy(stream, judged.record) !== undefined) found.push(entry.offset);
        }
      }
    }
    for await (const entry of readAt(archive, file, found, { defaults })) {
      const judged = judge.judge(entry);
      if ('record' in judged) amended.add(judged.record, entry.offset);
    }
  }
  return amended;
}
