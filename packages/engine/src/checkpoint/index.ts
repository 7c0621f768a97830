export { CheckpointWriter, type CheckpointTarget, type PreparedCheckpoint } from './checkpoint-writer.js';
export {
  checkpointFolder,
  checkpointName,
  isCheckpoint,
  offsetOf,
  type CheckpointHeader,
  type TableIds,
} from './header.js';
export { comparePlans, type PlanChange } from './plan.js';
export { checkpointStore, isSameStore, type CheckpointStore } from './store-id.js';
export { checkTableIds, readTableIds } from './table-ids.js';
export { checkWritten, isWritten } from './written.js';
export { findCheckpoint, restoreCheckpoint, type CheckpointChain, type RestoreOptions } from './restore.js';
