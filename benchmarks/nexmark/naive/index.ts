import type { Naive } from '../query.js';
import * as joins from './joins.js';
import * as simple from './simple.js';
import * as statistics from './statistics.js';
import * as windows from './windows.js';

/** The answers to Nexmark's queries by loops over arrays, in which nothing of this library takes part. */
export const naive: Readonly<Record<string, Naive>> = { ...simple, ...joins, ...windows, ...statistics };
