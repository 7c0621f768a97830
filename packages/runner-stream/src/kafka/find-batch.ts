import type { KafkaBroker } from './kafkajs-client.js';
import { BrokerError } from './protocol/error-codes.js';
import { fetchRequest } from './protocol/fetch.js';
import { authorsOf, offsetAfter } from './protocol/record-set.js';
import type { BatchAuthor } from './protocol/write-batch.js';

const BYTES = 1024 * 1024;

/** Where a batch may be: in this partition, at this offset or after it. */
export interface BatchPlace {
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
}

/**
 * Looks whether a partition holds a batch of this author and number.
 *
 * A broker should know that by itself, and refuse the batch the second time. But it forgets an author by the times of the
 * messages, when it starts: whoever writes trades of last year is forgotten at once.
 */
export async function findBatch(broker: KafkaBroker, author: BatchAuthor, place: BatchPlace): Promise<boolean> {
  const { topic, partition } = place;
  for (let offset = place.from; ;) {
    const ask = { topic, partitions: [{ partition, offset }], partitionBytes: BYTES, bytes: BYTES, wait: 0 };
    const { partitions } = await broker.connectionPool.send(fetchRequest({ ...ask, uncommitted: true }));
    const [fetched] = partitions;
    if (fetched === undefined || fetched.error !== 0)
      throw new BrokerError(fetched?.error ?? -1, `looking for a batch in partition ${partition}`);
    const set = { bytes: fetched.records, from: offset, aborted: [] };
    if (authorsOf(set).some((found) => isSame(found, author))) return true;
    const after = offsetAfter(set);
    if (after === undefined || after <= offset) return false;
    offset = after;
  }
}

function isSame(a: BatchAuthor, b: BatchAuthor): boolean {
  return a.producerId === b.producerId && a.epoch === b.epoch && a.sequence === b.sequence;
}
