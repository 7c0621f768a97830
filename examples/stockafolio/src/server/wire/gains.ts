import { formatMoney } from '@stockafolio/core';
import type { OpenLots } from '../../figures/lot-figures.js';
import type { GainsByYear, RealizedOfSymbol } from '../../figures/realized-figures.js';
import { sharesOf } from '../../quantity.js';
import type { WireGains, WireLots } from './gain-types.js';
import { decimalOrNull, isoOrNull } from './values.js';

export function wireGains(symbols: readonly RealizedOfSymbol[], byYear: GainsByYear | undefined): WireGains {
  return {
    symbols: symbols.map(({ quantity, realized, ...symbol }) => ({
      ...symbol,
      quantity: sharesOf(quantity),
      realized: formatMoney(realized),
    })),
    years:
      byYear?.years.map(({ proceeds, basis, gain, short, long, ...of }) => ({
        ...{ ...of, proceeds: formatMoney(proceeds), basis: formatMoney(basis), gain: formatMoney(gain) },
        ...{ short: formatMoney(short), long: formatMoney(long) },
      })) ?? null,
    since: isoOrNull(byYear?.since),
  };
}

export function wireLots({ lots, complete }: OpenLots): WireLots {
  return {
    lots: lots.map(({ opened, quantity, basis, marketValue, gain, ...lot }) => ({
      ...{ ...lot, opened: new Date(opened).toISOString(), quantity: sharesOf(quantity) },
      ...{ basis: decimalOrNull(basis), marketValue: decimalOrNull(marketValue), gain: decimalOrNull(gain) },
    })),
    complete,
  };
}
