import { formatMoney } from '@stockafolio/core';
import type { FirmFigures } from '../../figures/firm-figures.js';
import type { Quote } from '../../figures/quotes.js';
import { listingOf } from '../../universe/universe.js';
import { wireTotal } from './firm.js';
import type { WireSymbolDay } from './types.js';

/**
 * All symbols that were traded on the day of the figures, the greatest value first. Older prices are not kept, so a symbol
 * that was traded on a later day has none.
 */
export function wireSymbols(figures: FirmFigures, quotes: ReadonlyMap<string, Quote>): WireSymbolDay[] {
  return figures.symbols.map(({ symbol, name, ...total }) => {
    const quote = quotes.get(symbol);
    const known = quote?.day === figures.day ? quote : undefined;
    return {
      ...{ symbol, name, sector: listingOf(symbol)?.sector ?? null, ...wireTotal(total) },
      price: known === undefined ? null : formatMoney(known.price),
      basisPoints: known === undefined || known.dayOpen === 0 ? null : moved(known),
    };
  });
}

function moved({ price, dayOpen }: Quote): number {
  return Math.round(((price - dayOpen) / dayOpen) * 10_000);
}
