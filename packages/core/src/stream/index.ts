export { amendedBy, type AmendmentOptions, type Amendments } from './amendments.js';
export {
  changelog,
  type Change,
  type ChangedBy,
  type ChangedRecord,
  type ChangeMessage,
  type ChangeReader,
  type ValueOfChange,
} from './changelog.js';
export { keyBytes, keyText } from './key-bytes.js';
export { murmur2, partitionOf } from '../hash/murmur2.js';
export { choosePartition, isPartitionerName, messagePartition, type Partitioner } from './partitioner.js';
export {
  stream,
  type BroadcastLane,
  type Key,
  type KeyField,
  type KeyPart,
  type RecordOf,
  type Stream,
  type StreamOptions,
} from './stream.js';
export { topic, type Topic, type TopicOptions, type TopicRecord } from './topic.js';
