export { ComparisonSummary, MOST_DIFFERENCES, type ComparedProgress } from './comparison/comparison-summary.js';
export {
  comparisons,
  keepComparison,
  lastComparison,
  type ComparedPartition,
  type ComparedTable,
  type Comparison,
  type KeptDifference,
} from './comparison/comparison.js';
export { differingColumns, keyText, type ColumnDifference } from './comparison/describe-difference.js';
export type { BatchOptions, BatchPorts, BatchUnit, UnitResult } from './options.js';
export { executedStages } from './repartition/run-stages.js';
export { planUnits } from './plan-units.js';
export {
  isNewer,
  keyOf,
  mend,
  reconcile,
  type Difference,
  type ReconcileCounts,
  type ReconcileOptions,
} from './reconcile.js';
export {
  inThisThread,
  prepareBatch,
  runBatch,
  type BatchListener,
  type BatchResult,
  type UnitExecutor,
} from './run-batch.js';
export { runUnit, type UnitListener } from './run-unit.js';
export { tracedUnit } from './traced-unit.js';
export { describeBehind, partitionsBehind, type PartitionBehind } from './partitions-behind.js';
