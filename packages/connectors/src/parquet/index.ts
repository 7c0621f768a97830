export { parquetColumns, type ColumnKind, type ParquetColumn } from './columns.js';
export type { ColumnValues } from './column-values.js';
export type { FinerTimes } from './conversions.js';
export { openParquet, type OpenParquetOptions, type ParquetFile } from './open-parquet.js';
export { parquetEncoder, type ParquetEncoder } from './parquet-encoder.js';
export { readRows, rowBuilder, type RowBuilder } from './read-rows.js';
export { writeParquet, type WriteParquetOptions, type WrittenParquet } from './write-parquet.js';
