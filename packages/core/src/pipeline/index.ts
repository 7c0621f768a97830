export type { AsyncCall, CallSignal } from './async-mapping.js';
export { into, type Branch, type DestinationValue, type IntoProblem } from './into.js';
export { pipeline, type Pipeline } from './pipeline.js';
export { Update, type PartialUpdate } from './update.js';
export type { RowProblem } from './row-problem.js';
export type { TopicProblem } from './topic-problem.js';
