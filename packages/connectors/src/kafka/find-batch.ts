import type { KafkaBroker } from './kafkajs-client.js';
import { BrokerError } from './protocol/error-codes.js';
import { fetchRequest } from './protocol/fetch.js';
import { producersOf, offsetAfter } from './protocol/record-set.js';
import type { BatchProducer } from './protocol/write-batch.js';

const BYTES = 1024 * 1024;

/** Where a batch may be: in this partition, at this offset or after it. */
export interface BatchRange {
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
}

/**
 * Checks whether a partition holds a batch with this producer id, epoch and sequence.
 *
 * A broker should know that itself, and reject the batch the second time. But when it starts, it forgets producers by
 * the times of their messages: a producer of last year's trades is forgotten at once.
 */
export async function findBatch(broker: KafkaBroker, producer: BatchProducer, range: BatchRange): Promise<boolean> {
  const { topic, partition } = range;
  for (let offset = range.from; ;) {
    const ask = { topic, partitions: [{ partition, offset }], partitionBytes: BYTES, bytes: BYTES, wait: 0 };
    const { partitions } = await broker.connectionPool.send(fetchRequest({ ...ask, uncommitted: true }));
    const [fetched] = partitions;
    if (fetched === undefined || fetched.error !== 0)
      throw new BrokerError(fetched?.error ?? -1, `looking for a batch in partition ${partition}`);
    const set = { bytes: fetched.records, from: offset, aborted: [] };
    if (producersOf(set).some((found) => isSame(found, producer))) return true;
    const after = offsetAfter(set);
    if (after === undefined || after <= offset) return false;
    offset = after;
  }
}

function isSame(a: BatchProducer, b: BatchProducer): boolean {
  return a.producerId === b.producerId && a.epoch === b.epoch && a.sequence === b.sequence;
}
