import { type Key, keyBytes, type Partitioner, StockafolioError, type Stream } from '@stockafolio/core';
import { choosePartition, keyText, murmur2OfAscii } from '@stockafolio/core/ports';

/** The partition that a stream's partitioner chooses for a record. */
type PartitionChoice<T> = (record: T) => number;

/**
 * Checks that records are in the partition that the stream's partitioner chooses for their key: only then does one
 * partition hold all records of a key. It is called for every message, so an ASCII key, the usual case, is hashed
 * without making its bytes.
 *
 * @param partitions the number of partitions of the source
 * @returns undefined if there is nothing to check
 */
export function partitionChoice<T>(
  { key, partitioner }: Stream<T>,
  partitions: number | undefined,
): PartitionChoice<T> | undefined {
  if (partitioner === undefined || partitions === undefined) return undefined;
  const choose = keyPartition(partitioner, partitions);
  return (record) => choose(key(record));
}

/** The partition that a partitioner chooses for a key. */
export function keyPartition(partitioner: Partitioner, partitions: number): (key: Key) => number {
  if (partitioner !== 'murmur2') return (key) => choosePartition(partitioner, keyBytes(key), partitions);
  return (key) => {
    const hash = murmur2OfAscii(keyText(key));
    return hash === undefined
      ? choosePartition('murmur2', keyBytes(key), partitions)
      : (hash & 0x7fffffff) % partitions;
  };
}

/** The error for a message in a partition other than that of its key. */
export function partitionMismatch<T>(
  { name, key, partitioner }: Stream<T>,
  record: T,
  at: { readonly partition: number; readonly offset: number },
  chosen: number,
  partitions: number,
): StockafolioError {
  const by = typeof partitioner === 'string' ? partitioner : 'its own function';
  return new StockafolioError(
    'ERR_PARTITION_MISMATCH',
    `partition ${at.partition}, offset ${at.offset}: the key ${shown(key(record))} of stream '${name}' belongs in partition ${chosen} of ${partitions} (${by}), so the totals of a key would be spread over partitions`,
    {
      hint: `1. if another partitioner placed the messages, declare it: --partitioner crc32, or { partitioner } in stream(...); 2. send each message with the stream's key; 3. for sharded figures alone, declare the stream as keyedBy: 'nothing'. Single messages that went astray can be dead-lettered (--on-partition-mismatch dead-letter), and replayed to where they belong`,
    },
  );
}

function shown(key: Key): string {
  const text = typeof key === 'object' ? `(${key.map(String).join(', ')})` : `'${String(key)}'`;
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}
