import type { WireHolding, WireSymbolDay } from '@stockafolio/example/api';
import { dollars, floatOf } from '../figures/money.js';
import { percent } from '../figures/numbers.js';
import { isShort } from '../parts/holding-columns.js';
import type { MapItem } from './treemap-cells.js';

/** The sector, on the map and in its filter, of symbols that are not members of the S&P 500. */
export const NO_SECTOR = 'Unknown';

/** Holdings by market value, long and short alike. */
export function holdingItem(holding: WireHolding): MapItem {
  const { symbol, name, sector, marketValue, weight, dayMove } = holding;
  const value = marketValue === null ? 'no price' : dollars(marketValue);
  return {
    ...{ symbol, sector, move: dayMove },
    size: marketValue === null ? 0 : Math.abs(floatOf(marketValue)),
    detail: [
      name === symbol ? '' : `, ${name}`,
      `; ${isShort(holding) ? 'short ' : ''}${value}`,
      weight === null ? '' : `; ${percent(weight)} of the portfolio`,
    ].join(''),
  };
}

/** Symbols of a day by the value traded, coloured by the change since the first trade of that day. */
export function tradedItem({ symbol, name, sector, value, basisPoints }: WireSymbolDay): MapItem {
  return {
    ...{ symbol, sector: sector ?? NO_SECTOR, move: basisPoints, size: floatOf(value) },
    detail: `${name === symbol ? '' : `, ${name}`}; ${dollars(value)} traded`,
  };
}
