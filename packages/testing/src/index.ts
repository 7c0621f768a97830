export { marbles, type MarbleOptions, type Step } from './marbles.js';
export { memoryArchive, type MemoryArchive } from './memory-archive.js';
export { memoryDestination } from './memory-destination.js';
export { memoryFiles, type MemoryFiles } from './memory-files.js';
export { memoryTopic, type MemorySource, type MemoryTopic, type MemoryTopicOptions } from './memory-source.js';
export { memoryTopics, type MemoryTopics } from './memory-topics.js';
export { memoryTables, type MemoryTablesOptions } from './memory-tables.js';
export type { HarnessOptions } from './harness-options.js';
export { pipelineHarness, type PipelineHarness } from './pipeline-harness.js';
export type { SentMessage, SentRecord } from './sent-messages.js';
export { trace, type Emission } from './trace.js';
export { virtualClock, type VirtualClock } from './virtual-clock.js';
export {
  operatorLaws,
  runOperatorContract,
  type Law,
  type OperatorFixture,
  type TestRunner,
} from './operator-contract.js';
