import { listingOf } from './universe.js';

/**
 * A symbol as it is listed, if it differs from a listed one only in case and in the separator before the class of a
 * share: `aapl` is `AAPL`; `BRK B`, `BRK/B` and `BRK-B` are `BRK.B`. Of a symbol that is not listed, a class of one letter
 * after two to five others gets a point too: `RDS B` is `RDS.B`. Any other symbol stays unchanged.
 */
export function listedSpelling(symbol: string): string {
  if (listingOf(symbol) !== undefined) return symbol;
  const listed = symbol.toUpperCase().replace(/[ /-]([A-Z])$/, '.$1');
  if (listingOf(listed) !== undefined) return listed;
  return symbol.replace(/^([A-Z]{2,5})[ /]([A-Z])$/, '$1.$2');
}
