/** Names of the library's own tables, which no table of a pipeline can have. */
export const reservedTables: ReadonlySet<string> = new Set([
  'progress',
  'checkpoint_cuts',
  'table_writers',
  'version_floors',
  'partitionings',
  'source_marks',
  'stream_lulls',
  'early_rows',
  'dead_letters',
  'dead_letter_parts',
]);
