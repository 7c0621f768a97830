export { into, type Branch } from './into.js';
export { pipeline, type Pipeline } from './pipeline.js';
export { Update } from './update.js';
