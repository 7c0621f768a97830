import { StockafolioError } from '@stockafolio/core';
import { Trade } from '../trade.js';
import type { Token } from './json-members.js';

/** A field of a trade. */
export type TradeField = (typeof Trade.names)[number];

/** How the rows of a file become trades. */
export interface ImportOptions {
  /**
   * The columns of the fields: `{ time: '#1', quantity: 'amount' }`. A column of a CSV file is named as in its header,
   * or by its number from 1; for JSON lines it is a member. A field that is not listed is looked up under its own name;
   * the empty string says that there is none.
   */
  readonly map?: Readonly<Record<string, string>>;
  /** Fields that are the same in every row: `{ user: 'backtest' }`. */
  readonly set?: Readonly<Record<string, string>>;
  /**
   * A negative quantity is a sale of its absolute value. If a row also has a side, that side counts, and a negative
   * purchase is bad.
   */
  readonly signedQuantity?: boolean;
  /** Round prices to four decimals, half to even; by default a price with more decimals is bad. */
  readonly roundPrices?: boolean;
  /** `original`: the names, words and times of the first Stockafolio's messages; defaults to `wire`. */
  readonly format?: 'wire' | 'original';
  /** IANA name of the zone of times without an offset; without it such times are bad (or New York's, if `original`). */
  readonly zone?: string;
  /** The separator of cells in a CSV file; defaults to what its first line says, or the most likely one. */
  readonly delimiter?: string;
  /** Numbers are written `1.234,56`. */
  readonly decimalComma?: boolean;
  /** The encoding of the text, as `TextDecoder` names it: `windows-1252`; defaults to its byte order mark, or UTF-8. */
  readonly encoding?: string;
}

/** Where each field comes from: a constant, or a column. */
export type Origin = { readonly constant: string } | { readonly column: string; readonly isDefault: boolean };

/** The first Stockafolio's names; it had no id. */
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
 * @throws ERR_USAGE if there is no such field, or a field has two origins
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
      throw new StockafolioError('ERR_USAGE', `'${field}' is both mapped and set`, {
        hint: 'give only one of the two',
      });
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
