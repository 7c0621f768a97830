export { calendarWindow } from './calendar-window.js';
export { currentByKey, type CurrentOptions, type CurrentUpdate } from './current-by-key.js';
export { countWindow, type CountedWindow, type CountOptions } from './count-window.js';
export { distinctByKey, type DistinctOptions } from './distinct-by-key.js';
export type { EmissionOption, WindowEmission } from './emission.js';
export type { EveryKey, EveryKeyContext, FoldEveryKey, Where } from './every-key.js';
export { foldByKey, type FoldsEveryKey } from './fold-by-key.js';
export { hoppingWindow } from './hopping-window.js';
export type { Initial, InitialValues } from './initial.js';
export { joinAsOf, type JoinAsOfOptions } from './join-as-of.js';
export { joinBroadcast, type JoinBroadcastOptions } from './join-broadcast.js';
export {
  joinLatest,
  type JoinLatestOptions,
  type Keyed,
  type Latest,
  type LatestOf,
  type LatestPair,
} from './join-latest.js';
export { joinWithin, type JoinWithinOptions } from './join-within.js';
export type { Joinable, Joined, JoinedOf, JoinKind } from './joined.js';
export type { Kept, KeptOf } from './kept.js';
export { keyPart, type ComputedPart, type KeyParts, type KeyValues } from './key.js';
export { latestByKey, type LatestUpdate } from './latest-by-key.js';
export type { KeyedOptions } from './options.js';
export { mapAsync, type MapAsyncOptions } from './map-async.js';
export { processByKey } from './process-by-key.js';
export type {
  BroadcastRecords,
  EmitEach,
  EmitOne,
  Firing,
  MapOutputs,
  MapSchema,
  MapSchemas,
  ProcessContext,
  ProcessOptions,
  RecordSchemas,
  StateList,
  StateMap,
  Timer,
} from './process-options.js';
export { removable, type RemovableSchema } from './removable.js';
export { repartition, type RepartitionKey, type RepartitionedOf, type RepartitionOptions } from './repartition.js';
export { sessionWindow, type SessionOptions, type SessionWindowed } from './session-window.js';
export { shardedFold } from './sharded-fold.js';
export { slidingWindow, type SlidingOptions } from './sliding-window.js';
export type { SlidingExpiry } from './sliding-expiry.js';
export { split, type Split } from './split.js';
export { topByKey, type Ranked, type RankField, type TopOptions } from './top-by-key.js';
export { tumblingWindow } from './tumbling-window.js';
export type { Unfold, UnfoldOption } from './unfold.js';
export { whenFinal } from './when-final.js';
export type { FinalWindow, Windowed, WindowOptions } from './window.js';
export { addTo } from './add-to.js';
