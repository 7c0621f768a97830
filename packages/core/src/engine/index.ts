export { bytesOf, deadLetter, jsonOf, withMessage, type RecordPosition } from './dead-letter.js';
export { claimTables, type TableClaim } from './claim-tables.js';
export { Feed } from './feed.js';
export {
  CUT_FROM,
  cutFrom,
  MessageIntake,
  ORIGIN,
  type Intake,
  type IntakeOptions,
  type OnPartitionMismatch,
} from './intake.js';
export { partitionChoice } from './partition-check.js';
export type { EngineOptions } from './engine-options.js';
export { PartitionEngine, type EnginePosition } from './partition-engine.js';
export { recordCheck, schemaText } from './record-check.js';
export { copyFloors, readFloors, writeFloors, type VersionFloor } from './version-floors.js';
export { readMarks } from './source-marks.js';
export { heldFor, readWhole, type Whole } from './checkpoint-cuts.js';
export { readProgress, type Progress } from './progress.js';
export {
  beginDivision,
  checkPartitioning,
  checkTablesPartitioning,
  copyPartitioning,
  partitioningOf,
  partitioningRow,
  partitionsChanged,
  readDivision,
  readPartitionings,
  type Division,
  type NotedPartitioning,
  type Partitioning,
} from './partitioning.js';
export { tablesOf } from './tables-of.js';
export {
  checkpointCuts,
  deadLetterParts,
  deadLetters,
  deadLetterTables,
  partitionings,
  progress,
  runTables,
  sourceMarks,
  tableWriters,
  versionFloors,
} from './system-tables.js';
export * from '../checkpoint/index.js';
export type { OperatorLayout } from '../pipeline/plan.js';
export { Interner } from '../state/interner.js';
export { KeyedState } from '../state/keyed-state.js';
