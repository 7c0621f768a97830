export { describeHolders, type WaitingEvent } from './group-wait.js';
export type { RetryEvent } from './until-back.js';
export type { ArchiveOptions, ArchiveResult } from './archive-options.js';
export type { CommittedPartition, StreamEvent, StreamOptions, StreamResult } from './options.js';
export { runArchive } from './run-archive.js';
export { runStream } from './run-stream.js';
