export * from './codec/index.js';
export * from './errors/index.js';
export * from './schema/index.js';
export * from './stream/index.js';
export * from './table/index.js';
export { days, hours, milliseconds, minutes, seconds } from './time/durations.js';
export * from './operators/index.js';
export * from './pipeline/index.js';
export * from './windows/index.js';
