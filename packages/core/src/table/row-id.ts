import type { Mutation } from '../ports/tables.js';

/** Tells rows apart by table and key. U+0000 is in no text of a row, so no two keys have the same id. */
export function rowId({ table, values }: Mutation): string {
  let id = table.name;
  for (let n = 0; n < table.keyLength; n++) id += `\u0000${String(values[n])}`;
  return id;
}
