export { committedPositions } from './consumer-positions.js';
export { logDestination, type LogDestinationOptions } from './log-destination.js';
export { logProducer, type LogProducerOptions } from './log-producer.js';
export { logSource, type LogSourceOptions } from './log-source.js';
export { logTopics } from './log-topics.js';
export { createLog, growLog, type CreateLogOptions, type LogMeta } from './meta.js';
export { trimLog } from './segments.js';
