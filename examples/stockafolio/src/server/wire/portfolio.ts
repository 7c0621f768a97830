import { formatMoney, type RowOf } from '@stockafolio/core';
import { DOLLAR } from '../../account-stream.js';
import { minuteOfDay } from '../../calendar/trading-day.js';
import { sessionOf } from '../../calendar/sessions.js';
import type { DayGain } from '../../figures/day-gain.js';
import type { DayTotals } from '../../figures/day-totals.js';
import type { Holding } from '../../figures/holding.js';
import type { PortfolioFigures } from '../../figures/portfolio-figures.js';
import type { ValueAt } from '../../figures/value-over-day.js';
import { SHARE, sharesOf } from '../../quantity.js';
import type { tradesByUser } from '../../tables.js';
import type {
  WireDayGain,
  WireDayTotals,
  WireDayValue,
  WireHolding,
  WireAsOf,
  WirePortfolio,
  WireSession,
  WireTotals,
  WireTrade,
} from './types.js';
import { average, basisPoints, decimalOrNull, signedBasisPoints, whole } from './values.js';

export function wirePortfolio(figures: PortfolioFigures, progress: WireAsOf): WirePortfolio {
  return {
    user: figures.user,
    progress,
    totals: wireTotals(figures),
    holdings: figures.holdings.map((holding) => wireHolding(holding, figures.gross)),
    sectors: figures.sectors.map(({ sector, value }) => ({
      sector,
      value: formatMoney(value),
      weight: basisPoints(value, figures.gross),
    })),
    trades: figures.latest.map(wireTrade),
  };
}

function wireTotals(figures: PortfolioFigures): WireTotals {
  const { trades, volume, value, realized, openPositions } = figures;
  const { marketValue, cost, grossCost, unrealized, day, gross } = figures;
  return {
    trades: whole(trades),
    volume: sharesOf(volume),
    value: formatMoney(value),
    realized: formatMoney(realized),
    openPositions: whole(openPositions),
    marketValue: formatMoney(marketValue),
    cost: formatMoney(cost),
    grossCost: formatMoney(grossCost),
    unrealized: formatMoney(unrealized),
    day: wireDayTotals(day),
    gross: formatMoney(gross),
  };
}

export function wireHolding(holding: Holding, gross: bigint): WireHolding {
  const { symbol, name, sector, currency, quantity, cost, realized, price, marketValue, unrealized } = holding;
  const { dayGain, dayBase } = holding;
  return {
    ...{ symbol, name, sector, currency },
    quantity: sharesOf(quantity),
    averageCost: formatMoney(average(BigInt(cost) * BigInt(SHARE), BigInt(quantity))),
    cost: formatMoney(cost),
    realized: formatMoney(realized),
    price: decimalOrNull(price),
    marketValue: decimalOrNull(marketValue),
    unrealized: decimalOrNull(unrealized),
    dayChange: decimalOrNull(dayGain?.gain),
    dayMove: dayBase === undefined || price === undefined ? null : moveOf(price, dayBase.price),
    weight: marketValue === undefined ? null : basisPoints(marketValue, gross),
  };
}

/** A change of price in hundredths of a per cent; null from nothing. */
function moveOf(price: number, base: number): number | null {
  return signedBasisPoints(BigInt(price) - BigInt(base), BigInt(base)) ?? null;
}

export function wireDayGain({ gain, before, bought, sold, trades, now, atStake }: DayGainParts): WireDayGain {
  return {
    gain: decimalOrNull(gain),
    basisPoints: gain === undefined ? null : (signedBasisPoints(gain, atStake) ?? null),
    before: formatMoney(before),
    bought: formatMoney(bought),
    sold: formatMoney(sold),
    trades: whole(trades),
    now: formatMoney(now),
    atStake: formatMoney(atStake),
  };
}

type DayGainParts = Omit<DayGain, 'base' | 'gain'> & Pick<DayTotals, 'gain'>;

function wireDayTotals(totals: DayTotals): WireDayTotals {
  const { day, fromClose, fromFirstPrice, unknown, closeDay = null } = totals;
  return { ...wireDayGain(totals), day, fromClose, fromFirstPrice, unknown, closeDay };
}

export function wireTrade(trade: RowOf<typeof tradesByUser>): WireTrade {
  const { id, time, symbol, sector, side, quantity, price, value, currency = DOLLAR } = trade;
  return {
    ...{ id, time: new Date(time).toISOString(), symbol, sector, side },
    quantity: sharesOf(quantity),
    price: formatMoney(price),
    value: formatMoney(value),
    currency,
  };
}

export function wireDayValue(day: string, points: readonly ValueAt[]): WireDayValue {
  return {
    day,
    session: wireSession(day),
    points: points.map(({ time, value }) => ({ time: new Date(time).toISOString(), value: formatMoney(value) })),
  };
}

export function wireSession(day: string): WireSession | null {
  const session = sessionOf(day);
  return session === undefined ? null : { open: minuteOfDay(session.open), close: minuteOfDay(session.close) };
}
