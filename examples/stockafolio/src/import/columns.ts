import { StockafolioError } from '@stockafolio/core';
import type { ImportOptions, Origin, TradeField } from './import-options.js';

type Columns = ReadonlyMap<TradeField, number>;

/**
 * The index of each field's column in a file with this header; a field that was not mapped may be missing. If no column
 * has the exact name, a column whose name differs only in case and outer spaces is used.
 *
 * @throws ERR_USAGE if a mapped column does not exist, or its name is not unique
 */
export function columnsOf(header: readonly string[], origins: ReadonlyMap<TradeField, Origin>): Columns {
  const columns = new Map<TradeField, number>();
  for (const [field, origin] of origins) {
    if ('constant' in origin) continue;
    const index = indexOf(header, origin.column);
    if (index !== undefined) columns.set(field, index);
    else if (!origin.isDefault) {
      throw new StockafolioError('ERR_USAGE', `there is no column '${origin.column}' for '${field}'`, {
        hint: `the header has ${shown(header)}`,
      });
    }
  }
  return columns;
}

/** The fields that have a column in this header; missing ones are ignored. */
export function namesOf(header: readonly string[], origins: ReadonlyMap<TradeField, Origin>): ReadonlySet<TradeField> {
  const names = new Set(header.map(plain));
  const isFound = (origin: Origin): boolean => 'column' in origin && names.has(plain(origin.column));
  return new Set([...origins].flatMap(([field, origin]) => (isFound(origin) ? [field] : [])));
}

/** Fields that every trade needs; ids and sectors are generated. */
const NEEDED = ['user', 'symbol', 'side', 'quantity', 'price', 'time'] as const;

/**
 * Checks that rows under this header can be trades.
 *
 * @throws ERR_USAGE naming the fields that have neither a column nor a value of their own
 */
export function expectColumns(
  header: readonly string[],
  columns: Columns,
  origins: ReadonlyMap<TradeField, Origin>,
  { signedQuantity = false }: ImportOptions,
): void {
  const lacking = NEEDED.filter((field) => {
    const origin = origins.get(field);
    const isGiven = columns.has(field) || (origin !== undefined && 'constant' in origin);
    return !isGiven && !(field === 'side' && signedQuantity);
  });
  if (lacking.length === 0) return;
  const sign = lacking.includes('side') ? '; --signed-quantity if a negative quantity is a sale' : '';
  throw new StockafolioError(
    'ERR_USAGE',
    `no line can be a trade: there is no column for ${lacking.map((field) => `'${field}'`).join(', ')}; the header has ${shown(header)}`,
    {
      hint: `say which columns they are: --map ${lacking[0]}=COLUMN; --set ${lacking[0]}=VALUE if all lines have the same${sign}; --delimiter if the header is split at the wrong character; --broker auto if a broker wrote the file`,
    },
  );
}

const SHOWN = 30;

function shown(header: readonly string[]): string {
  const names = header.slice(0, SHOWN).map((name, i) => (name === '' ? `#${i + 1}` : name.slice(0, 60)));
  return names.join(', ') + (header.length > SHOWN ? `, and ${header.length - SHOWN} more` : '');
}

function indexOf(header: readonly string[], column: string): number | undefined {
  const exact = unique(header, column);
  if (exact !== undefined) return exact;
  const number = /^#([1-9]\d{0,5})$/.exec(column)?.[1];
  if (number !== undefined) return Number(number) > header.length ? undefined : Number(number) - 1;
  return unique(header.map(plain), plain(column));
}

function unique(names: readonly string[], name: string): number | undefined {
  const first = names.indexOf(name);
  if (first === -1) return undefined;
  if (names.includes(name, first + 1)) {
    throw new StockafolioError('ERR_USAGE', `two columns are called '${name}'`, {
      hint: `say which by its number: #${first + 1} is the first`,
    });
  }
  return first;
}

function plain(name: string): string {
  return name.trim().toLowerCase();
}
