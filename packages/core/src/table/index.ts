export { checkRow, checkVersion } from './check-row.js';
export { checkSameShape, tableDifferences } from './differences.js';
export { compareKeys, compareText } from './order.js';
export {
  mostBytes,
  rowObject,
  table,
  type Column,
  type KeyOf,
  type HasShard,
  type RowOf,
  type Table,
  type TableOptions,
  type ValuesOf,
} from './table.js';
