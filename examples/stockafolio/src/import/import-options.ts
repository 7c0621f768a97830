import { StockafolioError } from '@stockafolio/core';
import { Trade } from '../trade.js';
import type { Token } from './json-members.js';

/** A field of a trade. */
export type TradeField = (typeof Trade.names)[number];

/** How the rows of a file become trades. */
export interface ImportOptions {
  /**
   * Where fields are found: `{ time: '#1', quantity: 'amount' }`. A column of a CSV file is named as in its header, or by
   * its number from 1; of JSON lines a member is named. A field that is not listed is looked for under its own name; the
   * empty word says that there is none.
   */
  readonly map?: Readonly<Record<string, string>>;
  /** Fields that are the same in every row: `{ user: 'backtest' }`. */
  readonly set?: Readonly<Record<string, string>>;
  /**
   * A negative quantity is a sale of its absolute value. Where a row has a side too, that one counts, and a negative purchase
   * is bad.
   */
  readonly signedQuantity?: boolean;
  /** Round prices to four decimals, half to even; else a price with more is bad. */
  readonly roundPrices?: boolean;
  /** `original`: the names, words and times of the first Stockafolio's messages; defaults to `wire`. */
  readonly format?: 'wire' | 'original';
  /** IANA name of the zone of times without an offset; without one such times are bad (or New York's, if `original`). */
  readonly zone?: string;
  /** What stands between two cells of a CSV file; defaults to what its first line says, or is most likely to be cut by. */
  readonly delimiter?: string;
  /** Numbers are written `1.234,56`. */
  readonly decimalComma?: boolean;
  /** What the text is encoded by, as `TextDecoder` calls it: `windows-1252`; defaults to its byte order mark, or UTF-8. */
  readonly encoding?: string;
}

/** Where each field comes from: a constant, or a column. */
export type Origin = { readonly constant: string } | { readonly column: string; readonly isDefault: boolean };

/** The first Stockafolio's names; it knew no id. */
const originalNames: Partial<Record<TradeField, string>> = {
  time: 'timestamp',
  user: 'uuid_trade',
  symbol: 'traded_stock',
  price: 'traded_stock_price',
  quantity: 'traded_quantity',
  side: 'trade_type',
  sector: 'traded_stock_sector',
};

/**
 * The origin of every field that has one.
 *
 * @throws ERR_USAGE where there is no such field, or one has two origins
 */
export function originsOf({ map = {}, set = {}, format }: ImportOptions): Map<TradeField, Origin> {
  for (const name of [...Object.keys(map), ...Object.keys(set)]) {
    if (isField(name)) continue;
    throw new StockafolioError('ERR_USAGE', `a trade has no field '${name}'`, {
      hint: `its fields are ${Trade.names.join(', ')}; write FIELD=COLUMN`,
    });
  }
  const origins = new Map<TradeField, Origin>();
  for (const field of Trade.names) {
    const constant = set[field];
    const column = map[field];
    if (constant !== undefined && column !== undefined) {
      throw new StockafolioError('ERR_USAGE', `'${field}' is both mapped and set`, { hint: 'say one of the two' });
    }
    if (constant !== undefined) origins.set(field, { constant });
    else if (column === undefined) origins.set(field, { column: defaultName(field, format), isDefault: true });
    else if (column !== '') origins.set(field, { column, isDefault: false });
  }
  return origins;
}

/** The fields that are the same in every row, each as the text of a JSON value. */
export function constantsOf(origins: ReadonlyMap<TradeField, Origin>): Map<TradeField, Token> {
  const constants = new Map<TradeField, Token>();
  for (const [field, origin] of origins) {
    if ('constant' in origin) constants.set(field, JSON.stringify(origin.constant));
  }
  return constants;
}

function defaultName(field: TradeField, format: ImportOptions['format']): string {
  return format === 'original' ? (originalNames[field] ?? field) : field;
}

function isField(name: string): name is TradeField {
  return (Trade.names as readonly string[]).includes(name);
}
