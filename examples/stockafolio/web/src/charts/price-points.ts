import type { WirePrices, WireTrade } from '@stockafolio/example/api';
import { floatOf } from '../figures/money.js';
import { minuteOf, newYorkDay } from '../figures/new-york.js';
import { shares } from '../figures/numbers.js';

/** A trade on a chart of prices. */
export interface TradeMark {
  readonly x: number;
  readonly price: number;
  readonly side: string;
}

/** The points of a chart of prices, and the trades on it. */
export interface PricePoints {
  /** The minute of the day; for longer spans the number of the point, so that nights take no room. */
  readonly xs: readonly number[];
  readonly prices: readonly number[];
  readonly times: readonly string[];
  readonly marks: readonly TradeMark[];
  /** The trades since the point before, by point: `bought 10`. */
  readonly traded: readonly string[];
}

/** A price that is newer than the line. */
export interface Newest {
  readonly time: string | null;
  readonly price: string | null;
}

/**
 * Puts prices and trades on one axis. A trade belongs to the first point that is not older: a point is the newest trade
 * of its interval.
 *
 * @param newest continues the line of a day
 * @param newer trades that the line does not have yet
 */
export function pricePoints(line: WirePrices | undefined, newest: Newest, newer: readonly WireTrade[]): PricePoints {
  const known = line?.points ?? [];
  const last = known.at(-1);
  const day = line?.span === 'day';
  const { time, price } = newest;
  const goesOn = line !== undefined && time !== null && price !== null && newYorkDay(time) === line.day;
  // Of a longer span the last point is still moving.
  const kept = goesOn && !day && last !== undefined && newYorkDay(last.time) === line.day ? known.slice(0, -1) : known;
  const points = goesOn ? [...kept.filter((point) => point.time < time), { time, price }] : known;
  const xs = points.map((point, n) => (day ? minuteOf(point.time) : n));
  const trades = tradesOf(line, newer, points[0]?.time);
  const traded = points.map(() => [] as WireTrade[]);
  const marks: TradeMark[] = [];
  for (const trade of trades) {
    const found = points.findIndex((point) => point.time >= trade.time);
    const at = found < 0 ? points.length - 1 : found;
    traded[at]?.push(trade);
    const x = day ? minuteOf(trade.time) : xs[at];
    if (x !== undefined) marks.push({ x, price: floatOf(trade.price), side: trade.side });
  }
  return {
    ...{ xs, marks, prices: points.map((point) => floatOf(point.price)), times: points.map((point) => point.time) },
    traded: traded.map(tradedText),
  };
}

/** The trades of the line, and newer ones, each once. */
function tradesOf(line: WirePrices | undefined, newer: readonly WireTrade[], from: string | undefined): WireTrade[] {
  if (line === undefined || from === undefined) return [];
  const first = newYorkDay(from);
  const all = new Map(line.trades.map((trade) => [`${trade.time} ${trade.id}`, trade]));
  for (const trade of newer) if (newYorkDay(trade.time) >= first) all.set(`${trade.time} ${trade.id}`, trade);
  return [...all.values()];
}

function tradedText(trades: readonly WireTrade[]): string {
  const [newest] = trades;
  if (newest === undefined) return '';
  if (trades.length > 1) return `${trades.length} trades`;
  return `${newest.side === 'buy' ? 'bought' : 'sold'} ${shares(newest.quantity)}`;
}
