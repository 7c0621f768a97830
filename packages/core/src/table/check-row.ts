import { StockafolioError } from '../errors/index.js';
import { valueFits, valueProblem, type FieldType, type Value } from '../schema/index.js';
import { rowFits, type RowFits } from './row-fits.js';
import type { Table } from './table.js';

/** Returns what is wrong with a value, or undefined if nothing is. */
export type ValueCheck = (value: Value) => string | undefined;

interface Checks {
  readonly table: Table;
  readonly ofValues: readonly ValueCheck[];
  /** Whether a whole row, or a primary key, is valid. */
  readonly rowFits: RowFits;
  readonly keyFits: RowFits;
}

const known = new WeakMap<Table, Checks>();

/** Most rows are of the same table as the one before. */
let last: Checks | undefined;

/**
 * Checks a row, a primary key or a leading part of one against the columns of its table.
 *
 * @param length the required number of values, counted from the first column
 * @throws ERR_ROW_INVALID naming the table, the column and the value
 */
export function checkRow(table: Table, values: readonly Value[], length: number = table.columns.length): void {
  if (last?.table !== table) last = known.get(table) ?? checksOf(table);
  const checks = last;
  if (values.length === length) {
    if (length === table.columns.length && checks.rowFits(values)) return;
    if (length === table.keyLength && checks.keyFits(values)) return;
  } else {
    const wanted = table.columns.slice(0, length).map((column) => column.name);
    throw new StockafolioError(
      'ERR_ROW_INVALID',
      `table '${table.name}': ${values.length} values were given for ${wanted.join(', ')}`,
    );
  }
  for (let i = 0; i < length; i += 1) {
    const problem = checks.ofValues[i]?.(values[i]);
    if (problem !== undefined) {
      throw new StockafolioError(
        'ERR_ROW_INVALID',
        `table '${table.name}', column '${table.columns[i]?.name}': ${shownValue(values[i])} ${problem}`,
      );
    }
  }
}

/** @throws ERR_ROW_INVALID if a version is not a whole number of microseconds from 0 to 2^53 */
export function checkVersion(table: Table, version: number): void {
  if (Number.isSafeInteger(version) && version >= 0) return;
  throw new StockafolioError('ERR_ROW_INVALID', `table '${table.name}': ${version} cannot be the version of a row`);
}

function checksOf(table: Table): Checks {
  const owner = `table '${table.name}'`;
  const checks: Checks = {
    table,
    ofValues: table.columns.map(({ type }) => valueCheck(type)),
    rowFits: rowFits(owner, table.columns),
    keyFits: rowFits(`the key of ${owner}`, table.columns.slice(0, table.keyLength)),
  };
  known.set(table, checks);
  return checks;
}

/** Returns the check for values of a type. */
export function valueCheck(type: FieldType): ValueCheck {
  const fits = valueFits(`values of ${type.kind}`, type);
  return (value) => (fits(value) ? undefined : valueProblem(type, value));
}

/** A value for an error message: texts in quotes, long ones truncated. */
export function shownValue(value: unknown): string {
  if (typeof value !== 'string') return String(value);
  const text = JSON.stringify(value);
  return text.length <= 80 ? text : `${text.slice(0, 77)}..."`;
}
