import type { CaseFile } from '../case.js';
import { beamTriggers } from './beam-triggers.js';
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
  beamTriggers,
];
