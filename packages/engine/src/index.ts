export { bytesOf, deadLetter, jsonOf, withMessage, type RecordPosition } from './tables/dead-letter.js';
export {
  DeadLetterWatch,
  describeMany,
  manyDeadLetters,
  type DeadLetterOptions,
  type ManyDeadLetters,
  type Rejection,
} from './tables/dead-letter-watch.js';
export { claimTables, type TableClaim } from './tables/claim-tables.js';
export type { Lull } from './merge/merge.js';
export { CLOCKS_DIFFER, MergedFeed, type Arriving } from './merge/merged-feed.js';
export { checkCopartitioned } from './tables/copartitioning.js';
export { beginDivision, divisionId, readDivision, type DividedInput } from './tables/division.js';
export {
  inputName,
  inputNames,
  jointIdentity,
  letterOwner,
  mayBeSameSource,
  repartitionIdentity,
} from './tables/input-name.js';
export { readEarlyRows } from './tables/early-rows.js';
export { copyLulls, readLulls } from './tables/lulls.js';
export { Feed } from './partition/feed.js';
export {
  CUT_FROM,
  cutFrom,
  FAILED,
  MessageIntake,
  ORIGIN,
  type Intake,
  type IntakeOptions,
  type OnPartitionMismatch,
  type Passed,
  type Rejected,
} from './intake/intake.js';
export { partitionChoice } from './intake/partition-check.js';
export { noTransactions, TransactionalWriter } from './topics/transactional-writer.js';
export { changeNote, withoutChangeNote } from './topics/change-note.js';
export { topicMessage, writerName, writtenOf, type Written } from './topics/writer-headers.js';
export type { EngineOptions } from './partition/engine-options.js';
export type { InputPosition } from './partition/engine-input.js';
export { AsyncMapper, failureOf, type AsyncOptions } from './partition/async-mapper.js';
export type { Departed, Departure } from './partition/departures.js';
export type { EnginePosition } from './partition/engine-position.js';
export { PartitionEngine } from './partition/partition-engine.js';
export { copyFloors, readFloors, writeFloors, type VersionFloor } from './tables/version-floors.js';
export { readMarks } from './tables/source-marks.js';
export { heldFor, readWhole, type Whole } from './tables/checkpoint-cuts.js';
export { readProgress, type Progress } from './tables/progress.js';
export {
  checkPartitioning,
  checkTablesPartitioning,
  copyPartitioning,
  partitioningOf,
  partitioningRow,
  partitionsChanged,
  readPartitionings,
  readStagePartitions,
  type NotedPartitioning,
  type Partitioning,
} from './tables/partitioning.js';
export { tablesOf } from './tables/tables-of.js';
export {
  checkpointCuts,
  deadLetterParts,
  deadLetters,
  deadLetterTables,
  earlyRows,
  partitionings,
  progress,
  runTables,
  sourceMarks,
  streamLulls,
  tableWriters,
  versionFloors,
} from './tables/system-tables.js';
export * from './checkpoint/index.js';
export type { OperatorLayout } from '@stockafolio/core/plan';
export { Interner } from './state/interner.js';
export { KeyedState } from './state/keyed-state.js';
export { MemoryStates } from './state/memory-states.js';
