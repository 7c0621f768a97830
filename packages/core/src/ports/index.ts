export type {
  Archive,
  ArchiveEntry,
  ArchivedHistory,
  ArchiveFacts,
  ArchivePart,
  ArchivedFile,
  ReadArchive,
  ReadEntry,
  SourceExtent,
} from './archive.js';
export type { AbortSignalLike, Clock } from './clock.js';
export type { Codec } from './codec.js';
export type { Destination, DestinationShape, OpenDestination } from './destination.js';
export { cutByEnd, cutByEpoch, cutByMessage, sourceDiverged, type Divergence, type EpochEnd } from './divergence.js';
export type { ByteRange, FileInfo, Files, WriteOptions } from './files.js';
export { keptId } from './kept-id.js';
export { loadPeer, requirePeer, type Peer } from './load-peer.js';
export { checksumOf, markAfter, markOf, positionAt, type Mark } from './mark.js';
export { ownPartitions, type OwnArchives, type OwnTopic, type OwnTopics, type OwnTopicShape } from './own-topics.js';
export type {
  AssignmentListener,
  GroupTarget,
  InputOffset,
  InputRange,
  OutgoingMessage,
  PartitionHolder,
  PartitionRange,
  Position,
  Producer,
  Seen,
  Source,
  SourceBatch,
  SourceMessage,
  Transactions,
} from './source.js';
export type {
  BatchPosition,
  Changes,
  KeyEntry,
  LaterArray,
  LoadedStates,
  SavedArray,
  SavedColumn,
  SavedSlots,
  SavedStates,
  SavedTexts,
  State,
  StateBase,
  StateColumn,
  StateStore,
  StateView,
  SubKeys,
} from './state.js';
export type { Mutation, RowValues, ScanAllOptions, ScanOptions, StoredRow, Tables } from './tables.js';
export { endedWith, traced, type Span, type SpanFacts, type Tracer } from './tracer.js';

// What adapters share with the engine: how values are written as text, rows are checked and ordered, keys are placed.
export { bytesOf, latin1Of, textOf } from '../codec/bytes.js';
export { formatRow, formatValue, parseValue, unitsOfDouble } from '../codec/index.js';
export { crc32 } from '../hash/crc32.js';
export { murmur2OfAscii } from '../hash/murmur2.js';
export {
  CHANGE_FACTS,
  checkFields,
  fieldOf,
  MAX_SAFE,
  partialRecord,
  partialRecordMaker,
  scaleOf,
  snakeCase,
  typeName,
  typeNamed,
  valueFits,
  type ChangeFacts,
  type Fits,
  type NamedType,
  type PartialRecord,
} from '../schema/index.js';
export { amendedBy, choosePartition, isPartitionerName, keyText, messagePartition, murmur2 } from '../stream/index.js';
export { shownValue, valueCheck, type ValueCheck } from '../table/check-row.js';
export { recordCheck, schemaText } from '../table/record-check.js';
export { rowId } from '../table/row-id.js';
export { dateOfDays, daysOfDate } from '../time/civil.js';
export {
  checkRow,
  checkSameShape,
  checkVersion,
  compareKeys,
  compareText,
  mostBytes,
  tableDifferences,
} from '../table/index.js';
