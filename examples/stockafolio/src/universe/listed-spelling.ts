import { listingOf } from './universe.js';

/**
 * A symbol as it is listed, where it differs from one that is in case and in what stands before the class of a share alone:
 * `aapl` is `AAPL`; `BRK B`, `BRK/B` and `BRK-B` are `BRK.B`. Any other stays as it is.
 */
export function listedSpelling(symbol: string): string {
  if (listingOf(symbol) !== undefined) return symbol;
  const listed = symbol.toUpperCase().replace(/[ /-]([A-Z])$/, '.$1');
  return listingOf(listed) === undefined ? symbol : listed;
}
