export { deadLetter, withMessage, type Place } from './dead-letter.js';
export { Feed } from './feed.js';
export { ORIGIN, takeIn, type Intake } from './intake.js';
export { PartitionEngine, type EngineOptions, type EnginePosition } from './partition-engine.js';
export { deadLetters, progress } from './system-tables.js';
export * from '../checkpoint/index.js';
export type { OperatorLayout } from '../pipeline/context.js';
export { Interner } from '../state/interner.js';
export { KeyedState } from '../state/keyed-state.js';
