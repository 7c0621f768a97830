// What the author of a pipeline needs. Adapters find what they need beside it in ./ports, runners in ./engine.
export { formatMoney, jsonCodec, parseMoney, type JsonCodecOptions, type ParseMoneyOptions } from './codec/index.js';
export * from './errors/index.js';
export {
  bigMoney,
  boolean,
  date,
  double,
  int32,
  int64,
  money,
  mulDivHalfEven,
  oneOf,
  optional,
  record,
  shard,
  text,
  timesPrice,
  timestamp,
  type Fields,
  type FieldType,
  type Infer,
  type Kind,
  type Mutable,
  type NumberBounds,
  type ObjectOf,
  type RecordOptions,
  type RecordSchema,
  type TextBounds,
  type ChangedSchema,
  type ChangeFacts,
  type Value,
  type ValueOf,
} from './schema/index.js';
export {
  changelog,
  type Change,
  type ChangedBy,
  type ChangedRecord,
  type ChangeMessage,
  type ChangeReader,
  type ValueOfChange,
  keyBytes,
  partitionOf,
  stream,
  type BroadcastLane,
  type Key,
  type KeyField,
  type KeyPart,
  type Partitioner,
  type RecordOf,
  topic,
  type Stream,
  type StreamOptions,
  type Topic,
  type TopicOptions,
  type TopicRecord,
} from './stream/index.js';
export {
  rowObject,
  table,
  type Column,
  type HasShard,
  type KeyOf,
  type RowOf,
  type Table,
  type TableOptions,
  type ValuesOf,
} from './table/index.js';
export { dateOfDays, daysOfDate } from './time/civil.js';
export { days, hours, milliseconds, minutes, seconds } from './time/durations.js';
export { timeZone, type TimeZone } from './time/time-zone.js';
export * from './operators/index.js';
export * from './pipeline/index.js';
export { calendar, type CalendarOptions, type Window, type Windower } from './windows/index.js';
