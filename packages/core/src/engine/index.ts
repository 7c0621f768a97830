export { bytesOf, deadLetter, jsonOf, withMessage, type Place } from './dead-letter.js';
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
export { PartitionEngine, type EngineOptions, type EnginePosition } from './partition-engine.js';
export { recordCheck, schemaText } from './record-check.js';
export { copyFloors, readFloors, writeFloors, type VersionFloor } from './version-floors.js';
export { readMarks } from './source-marks.js';
export { readProgress, type Progress } from './read-progress.js';
export {
  deadLetterParts,
  deadLetters,
  letterTables,
  progress,
  sourceMarks,
  tableWriters,
  versionFloors,
} from './system-tables.js';
export * from '../checkpoint/index.js';
export type { OperatorLayout } from '../pipeline/context.js';
export { Interner } from '../state/interner.js';
export { KeyedState } from '../state/keyed-state.js';
