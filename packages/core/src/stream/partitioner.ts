import { crc32 } from '../hash/crc32.js';
import { partitionOf } from '../hash/murmur2.js';

/**
 * Chooses the partition of a key: `murmur2` like Kafka's Java clients, `crc32` like librdkafka's default partitioner
 * for keys that are not empty, or a function of the key's bytes (see `keyBytes`) and the number of partitions.
 */
export type Partitioner = 'murmur2' | 'crc32' | ((key: Uint8Array, partitions: number) => number);

const named = {
  murmur2: partitionOf,
  crc32: (key: Uint8Array, partitions: number): number => crc32(key) % partitions,
} as const;

/** Whether this is the name of a partitioner. */
export function isPartitionerName(name: string): name is 'murmur2' | 'crc32' {
  return Object.hasOwn(named, name);
}

/** The partition of a key, as a partitioner chooses it. */
export function choosePartition(partitioner: Partitioner, key: Uint8Array, partitions: number): number {
  return (typeof partitioner === 'function' ? partitioner : named[partitioner])(key, partitions);
}

/**
 * The partition of a message: the one that it names, else that of its key. Without a key it is that of its value, so that
 * the same messages always make the same topic.
 */
export function messagePartition(
  message: { readonly key: Uint8Array | null; readonly value: Uint8Array | null; readonly partition?: number },
  partitioner: Partitioner,
  partitions: number,
): number {
  const { key, value, partition } = message;
  if (partition !== undefined) return partition;
  return key === null ? partitionOf(value ?? NOTHING, partitions) : choosePartition(partitioner, key, partitions);
}

const NOTHING = new Uint8Array(0);
