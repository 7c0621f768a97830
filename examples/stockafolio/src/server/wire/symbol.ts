import { formatMoney } from '@stockafolio/core';
import type { PriceAt } from '../../figures/day-prices.js';
import type { Holding } from '../../figures/holding.js';
import type { SymbolFigures, SymbolLine } from '../../figures/symbol-figures.js';
import { wireDayGain, wireHolding, wireSession, wireTrade } from './portfolio.js';
import type { WireAsOf, WirePosition, WirePrices, WireSymbol } from './types.js';
import { isoOrNull } from './values.js';

export function wireSymbol(user: string, figures: SymbolFigures, progress: WireAsOf): WireSymbol {
  return {
    ...{ user, progress, position: wirePosition(figures.position, figures.gross) },
    trades: figures.trades.map(wireTrade),
  };
}

function wirePosition(position: Holding, gross: bigint): WirePosition {
  const { priceTime, dayBase, dayGain } = position;
  return {
    ...{ ...wireHolding(position, gross), priceTime: isoOrNull(priceTime) },
    base: dayBase === undefined ? null : { ...dayBase, price: formatMoney(dayBase.price) },
    day: dayGain === undefined ? null : wireDayGain(dayGain),
  };
}

export function wirePrices(symbol: string, span: WirePrices['span'], day: string, line: SymbolLine): WirePrices {
  return {
    ...{ symbol, span, day, session: wireSession(day) },
    points: line.points.map(wirePoint),
    trades: line.trades.map(wireTrade),
  };
}

function wirePoint({ time, price }: PriceAt): WirePrices['points'][number] {
  return { time: new Date(time).toISOString(), price: formatMoney(price) };
}
