import type { CaseFile } from '../case.js';
import { beamTriggers } from './beam-triggers.js';
import { flinkIntervalJoins } from './flink-interval-joins.js';
import { flinkJoins } from './flink-joins.js';
import { flinkTemporalJoins } from './flink-temporal-joins.js';
import { flinkWindows } from './flink-windows.js';
import { hoppingWindows } from './hopping-windows.js';
import { joins } from './joins.js';
import { multiJoins } from './multi-joins.js';
import { sessionWindows } from './session-windows.js';
import { suppress } from './suppress.js';
import { tumblingWindows } from './tumbling-windows.js';
import { windowBounds } from './window-bounds.js';

export const files: readonly CaseFile[] = [
  tumblingWindows,
  hoppingWindows,
  sessionWindows,
  windowBounds,
  suppress,
  joins,
  multiJoins,
  flinkWindows,
  flinkIntervalJoins,
  flinkTemporalJoins,
  flinkJoins,
  beamTriggers,
];
