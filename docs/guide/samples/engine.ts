// #region engine
import { jsonCodec } from '@stockafolio/core';
import type { Mutation, SourceMessage } from '@stockafolio/core/ports';
import { MessageIntake, PartitionEngine } from '@stockafolio/engine';
import { counts } from './small.js';

const { stream } = counts;
const codec = jsonCodec(stream.schema);
const engine = new PartitionEngine({
  pipeline: counts,
  partition: 0,
  source: 'visits',
  codec,
  onBadRecord: 'dead-letter',
});
const intake = new MessageIntake({ stream, codec, partition: 0, partitions: 1 });

/** The rows to write after these messages of partition 0, whatever they hold. */
export function rowsAfter(messages: readonly SourceMessage[]): readonly Mutation[] {
  for (const message of messages) {
    const taken = intake.take(message);
    const position = { offset: message.offset, ingested: message.timestamp };
    if ('record' in taken) engine.push(taken.record, position);
    else engine.reject(taken.rejected, message.value ?? new Uint8Array(), position);
  }
  return engine.commit();
}
// #endregion engine
