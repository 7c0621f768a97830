export * from './oracle/index.js';
export { runClockContract, type ClockHarness } from './clock-contract.js';
export { runCodecContract, type CodecHarness } from './codec-contract.js';
export { collected, expectCode } from './expect-code.js';
export { runFilesContract, type FilesFixture, type FilesHarness } from './files-contract.js';
export { runSourceContract, type SourceFixture, type SourceHarness } from './source-contract.js';
export { runStateContract, type SampleState, type StateHarness } from './state-contract.js';
export { runTablesContract, type TablesFixture, type TablesHarness } from './tables-contract.js';
