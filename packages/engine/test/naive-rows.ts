import type { Memory } from './naive-memory.js';
import type { Node } from './naive-nodes.js';
import { rowsOfMaps } from './naive-process.js';
import { rankRows } from './naive-ranks.js';

/** All rows by table and key: those of records and figures, of rankings, and of maps that are outputs. */
export function rowsOf(nodes: readonly Node[], memory: Memory): Readonly<Record<string, string>> {
  return { ...memory.rows, ...rankRows(nodes, memory), ...rowsOfMaps(memory.processes) };
}
