import { StockafolioError } from '@stockafolio/core';
import type { Origin, TradeField } from './import-options.js';
import { namesOf } from './columns.js';

/** Possible separators of cells if none is given: the likeliest first. */
const DELIMITERS = [',', ';', '\t', '|'] as const;

/** The separator that Excel writes on its own line before the header: `sep=;`. */
export function declaredDelimiter(line: string): string | undefined {
  return /^"?sep=(.)"?$/i.exec(line.trim())?.[1];
}

/** The separator of this header: the one that finds the most requested columns, otherwise the most cells. */
export function likelyDelimiter(header: string, origins: ReadonlyMap<TradeField, Origin>): string {
  let best: { readonly delimiter: string; readonly found: number; readonly cells: number } | undefined;
  for (const delimiter of DELIMITERS) {
    const cells = header.split(delimiter).map((cell) => cell.replace(/^\s*"(.*)"\s*$/, '$1'));
    const found = namesOf(cells, origins).size;
    if (best === undefined || found > best.found || (found === best.found && cells.length > best.cells)) {
      best = { delimiter, found, cells: cells.length };
    }
  }
  return best?.delimiter ?? ',';
}

/** Parses a delimiter from the command line: one character, or `tab`. @throws ERR_USAGE */
export function parseDelimiter(text: string): string {
  const delimiter = text === 'tab' || text === '\\t' ? '\t' : text;
  if (delimiter.length === 1 && !/["\r\n]/.test(delimiter)) return delimiter;
  throw new StockafolioError('ERR_USAGE', `'${text}' cannot separate cells`, {
    hint: "write one character, such as --delimiter ';', or --delimiter tab",
  });
}
