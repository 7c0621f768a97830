import type { Pipeline, Table } from '@stockafolio/core';
import { deadLetterTables, progress } from './system-tables.js';

/** Every table that a run of a pipeline writes: its own, its progress, and its dead letters. */
export function tablesOf({ plan }: Pick<Pipeline, 'plan'>): readonly Table[] {
  return [...plan.tables, progress as Table, ...deadLetterTables];
}
