export { changeKey, changeOf, changes, type CurrentPart, type SaleChange } from './random-changes.js';
export * from './random-items.js';
export * from './random-messages.js';
export * from './random-parts.js';
export * from './random-plans.js';
export { processed, type ProcessPart } from './random-process.js';
export { isOdd, movedBy } from './random-repartition.js';
