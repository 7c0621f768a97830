import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { rawRequest, type RawRequest } from './raw-request.js';

const INIT_PRODUCER_ID = 22;

/** A producer id and its epoch: a broker refuses what comes from an earlier epoch. */
export interface ProducerEpoch {
  readonly producerId: bigint;
  readonly epoch: number;
}

/**
 * Requests a new epoch for a transactional id: a transaction that is open is aborted, and the earlier epoch is fenced.
 *
 * @param before the epoch that this process has: the request fails if another process has a later one. Without it others
 * are fenced in any case
 */
export function initProducerIdRequest(
  transactionalId: string,
  timeout: number,
  before: ProducerEpoch = { producerId: -1n, epoch: -1 },
): RawRequest<ProducerEpoch & { readonly error: number }> {
  const body = new ByteWriter();
  // The header of this version has tagged fields; kafkajs writes a header without them, so their count comes first.
  body.unsigned(0);
  body.compactString(transactionalId).int32(timeout).id64(before.producerId).int16(before.epoch).unsigned(0);
  return rawRequest(INIT_PRODUCER_ID, 3, 'InitProducerId', body, (bytes) => {
    const reader = new ByteReader(bytes);
    reader.tags();
    reader.int32();
    const error = reader.int16();
    return { error, producerId: reader.id64(), epoch: reader.int16() };
  });
}
