export { calendarWindow } from './calendar-window.js';
export { foldByKey } from './fold-by-key.js';
export { hoppingWindow } from './hopping-window.js';
export { latestByKey } from './latest-by-key.js';
export type { KeyedOptions } from './options.js';
export { shardedFold } from './sharded-fold.js';
export { topByKey, type Ranked, type RankField, type TopOptions } from './top-by-key.js';
export { tumblingWindow } from './tumbling-window.js';
export type { Windowed, WindowOptions } from './window-fold.js';
