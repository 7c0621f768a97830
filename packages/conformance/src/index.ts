export * from './accounts.js';
export * from './oracle/index.js';
export { runClockContract, type ClockHarness } from './clock-contract.js';
export { runCodecContract, type CodecHarness } from './codec-contract.js';
export {
  runDecimalsContract,
  runDecimalTablesContract,
  type DecimalRow,
  type DecimalsHarness,
} from './decimals-contract.js';
export { collected, expectCode } from './expect-code.js';
export { faultProxy, type Fault, type FaultProxy, type ProxiedRequest } from './fault-proxy.js';
export { runFilesContract, type FilesFixture, type FilesHarness } from './files-contract.js';
export { runFilesFaultContract, type FilesFaultFixture, type FilesFaultHarness } from './files-fault-contract.js';
export { runSourceContract, type SourceFixture, type SourceHarness } from './source-contract.js';
export { runStateContract, type StateHarness } from './state-contract.js';
export { runSubKeyContract } from './sub-key-contract.js';
export { runWrittenSubKeysContract } from './written-sub-keys-contract.js';
export { runTablesContract, type TablesFixture, type TablesHarness } from './tables-contract.js';
export * from './ruled.js';
export * from './market.js';
export * from './rated.js';
export * from './sales.js';
export * from './twice.js';
export * from './repartitioned.js';
export * from './noticed.js';
export * from './quotes.js';
export * from './stocked.js';
