// What the author of a kind of operators needs.
export { keyReader } from '../operators/key-reader.js';
export { operatorFunction, type NodeOptions } from './operator-function.js';
export type { BatchReceiver } from '../flow/fan-out.js';
export type { Moments } from '../flow/moments.js';
export type { FigureOptions, Moment, Operator, OperatorEnvironment, OperatorKind, Timers } from './operator.js';
