// What an engine needs of a pipeline: its plan, and what the flows in it need of the engine that runs it.
export type { CountNodeOptions } from '../operators/count-window.js';
export type { CurrentNodeOptions } from '../operators/current-by-key.js';
export type { DistinctNodeOptions } from '../operators/distinct-by-key.js';
export type { EveryKeyNode, ForEveryKey } from '../operators/every-key.js';
export { withHidden } from '../operators/hidden-fields.js';
export { firstValue, initialProblem, OF_FIRST_RECORD, shownInitial } from '../operators/initial.js';
export type { JoinAsOfNodeOptions } from '../operators/join-as-of.js';
export type { JoinBroadcastNodeOptions } from '../operators/join-broadcast.js';
export type { JoinLatestNodeOptions } from '../operators/join-latest.js';
export { keptFor, type JoinWithinNodeOptions } from '../operators/join-within.js';
export type { KeptNode } from '../operators/kept.js';
export { declaredKey, keySetting, type AnyKey } from '../operators/key.js';
export { timerField, type ProcessNodeOptions } from '../operators/process-by-key.js';
export { rankFields, type TopNodeOptions } from '../operators/top-by-key.js';
export type { SessionNodeOptions } from '../operators/session-window.js';
export type { SlidingNodeOptions } from '../operators/sliding-window.js';
export type { WindowNodeOptions } from '../operators/window.js';
export type { AsyncCall, AsyncMapping } from '../pipeline/async-mapping.js';
export { currentPlan, enter, leave, type RunningEngine } from '../pipeline/ambient.js';
export { Flow, foreignFlow, type FlowOrigin, type StreamOrigin } from '../pipeline/flow.js';
export { keyKindOf, type KeyKind } from '../pipeline/key-kinds.js';
export { isMapOutput, onlyIntoTables } from '../pipeline/map-output.js';
export { buildPlan } from '../pipeline/build-plan.js';
export {
  layoutOf,
  type Edge,
  type KeyPartNode,
  type OperatorLayout,
  type OperatorNode,
  type OperatorStep,
  type OutputNode,
  type Plan,
  type RepartitionStep,
  type Step,
  type SubKeyNode,
  type TableStep,
  type TopicStep,
} from '../pipeline/plan.js';
export { reservedTables } from '../pipeline/reserved-tables.js';
export { partsOfFigures, shardMissing } from '../pipeline/shard-missing.js';
export { broadcastsOf, needsStages, stagesOf, withBroadcasts, withLanes, type Stage } from '../pipeline/stages.js';
export { withPartitioner } from '../pipeline/with-partitioner.js';
export { columnOrigins, type ColumnOrigin } from '../pipeline/state-fits.js';
export type { KeyTuple } from '../pipeline/update.js';
