import { formatMoney } from '@stockafolio/core';
import type { FirmFigures, Move, Total, Trader } from '../../figures/firm-figures.js';
import type { ProgressFigures } from '../../figures/progress-figures.js';
import { sharesOf } from '../../quantity.js';
import { wireSession } from './portfolio.js';
import type { WireAsOf, WireClose, WireFirm, WireProgress, WireTotal, WireTrader } from './types.js';
import { isoOrNull, whole } from './values.js';

/** Rows of each ranking. */
const MOST = 20;

export function wireAsOf({ watermark, newest }: ProgressFigures): WireAsOf {
  return { watermark: isoOrNull(watermark), newest: isoOrNull(newest) };
}

export function wireProgress(
  figures: ProgressFigures,
  rate: number | null = null,
  behind: number | null = null,
): WireProgress {
  return { ...wireAsOf(figures), records: figures.records, rate, behind };
}

/** The part of the firm's figures that comes from the tables of a day. */
export type WireFirmDay = Omit<WireFirm, 'newestDay' | 'progress' | 'close' | 'hasClose'>;

/** @param moves of the same day, the furthest first */
export function wireFirmDay(figures: FirmFigures, moves: readonly Move[]): WireFirmDay {
  return {
    day: figures.day,
    session: wireSession(figures.day),
    total: wireTotal(figures.total),
    byValue: figures.traders.slice(0, MOST).map(wireTrader),
    byVolume: figures.tradersByVolume.slice(0, MOST).map(wireTrader),
    byTrades: figures.tradersByTrades.slice(0, MOST).map(wireTrader),
    sectors: figures.sectors.map(({ sector, ...total }) => ({ sector, ...wireTotal(total) })),
    symbols: figures.symbols
      .slice(0, MOST)
      .map(({ symbol, name, ...total }) => ({ symbol, name, ...wireTotal(total) })),
    moves: moves.map((move) => ({ ...move, price: formatMoney(move.price), dayOpen: formatMoney(move.dayOpen) })),
    minutes: figures.minutes.map(({ minute, ...total }) => ({ minute, ...wireTotal(total) })),
  };
}

export function wireClose(figures: FirmFigures, progress: WireProgress): WireClose {
  return {
    progress,
    total: wireTotal(figures.total),
    sectors: figures.sectors.map(({ sector, ...total }) => ({ sector, ...wireTotal(total) })),
  };
}

function wireTrader({ user, trades, volume, value }: Trader): WireTrader {
  return { user, trades: whole(trades), volume: sharesOf(volume), value: formatMoney(value) };
}

/** Sums of a day for the API. */
export function wireTotal({ trades, volume, value, buyValue }: Total): WireTotal {
  return {
    trades: whole(trades),
    volume: sharesOf(volume),
    value: formatMoney(value),
    buyValue: formatMoney(buyValue),
  };
}
