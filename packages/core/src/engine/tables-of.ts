import type { Pipeline } from '../pipeline/pipeline.js';
import type { Table } from '../table/index.js';
import { letterTables, progress } from './system-tables.js';

/** Every table that is written where a pipeline runs: its own, its progress, and its dead letters. */
export function tablesOf({ plan }: Pick<Pipeline, 'plan'>): readonly Table[] {
  return [...plan.tables, progress as Table, ...letterTables];
}
