import {
  addTo,
  bigMoney,
  date,
  days,
  foldByKey,
  hours,
  int32,
  int64,
  into,
  keyPart,
  money,
  pipeline,
  record,
  seconds,
  shardedFold,
  text,
  timestamp,
  topByKey,
  tumblingWindow,
  type Branch,
  type Infer,
  type Mutable,
  type Pipeline,
  type Ranked,
  type RowOf,
  type Update,
} from '@stockafolio/core';
import { filter, map, pipe, type Observable, type OperatorFunction } from 'rxjs';
import type { LotMethod } from './books/choose-lot.js';
import { keepLots } from './books/keep-lots.js';
import { dayEnd, minuteOfDay, tradingDay } from './calendar/trading-day.js';
import { applyAverageCost } from './cost/average-cost.js';
import { quantity, tradeValue, volume } from './quantity.js';
import {
  latestPrices,
  minuteTotals,
  positions,
  sectorSeconds,
  sectorTotals,
  symbolPrices,
  symbolTotals,
  topTraders,
  topTradersByTrades,
  topTradersByVolume,
  tradesByUser,
  userTotals,
} from './tables.js';
import { trades, type Trade } from './trade.js';

/** Minutes of a row of symbol_prices. */
const PRICE_SLOT = 10;

const Position = record('position', {
  sector: text(),
  quantity: quantity(),
  cost: money(),
  realized: money(),
  lastTime: timestamp(),
});

/** The change that a trade caused in its user's totals, beyond its own figures. */
interface PositionChange {
  readonly realized: number;
  readonly opened: number;
}

/** Applies a trade to the position of its user and symbol. */
function applyTrade(position: Mutable<Infer<typeof Position>>, trade: Trade): PositionChange {
  const realized = position.realized;
  const open = position.quantity === 0 ? 0 : 1;
  applyAverageCost(position, trade.side, trade.quantity, trade.price);
  position.sector = trade.sector;
  if (trade.time > position.lastTime) position.lastTime = trade.time;
  return { realized: position.realized - realized, opened: (position.quantity === 0 ? 0 : 1) - open };
}

const UserSum = record('user_sum', {
  trades: int64(),
  volume: volume(),
  value: money(),
  realized: money(),
  openPositions: int64(),
});

type PositionUpdate = Update<readonly [string, string], Infer<typeof Position>, Trade, PositionChange>;

function addToUser(sum: Mutable<Infer<typeof UserSum>>, { record: trade, result }: PositionUpdate): void {
  sum.trades += 1;
  addTo(sum, 'volume', trade.quantity);
  sum.value += tradeValue(trade.quantity, trade.price);
  sum.realized += result.realized;
  sum.openPositions += result.opened;
}

const Sum = record('sum', { trades: int64(), volume: volume(), value: bigMoney() });

function addToSum(sum: Mutable<Infer<typeof Sum>>, trade: Trade): void {
  sum.trades += 1;
  addTo(sum, 'volume', trade.quantity);
  addTo(sum, 'value', tradeValue(trade.quantity, trade.price));
}

const DaySum = record('day_sum', { trades: int64(), volume: volume(), value: bigMoney(), buyValue: bigMoney() });

function addToDay(sum: Mutable<Infer<typeof DaySum>>, trade: Trade): void {
  const value = tradeValue(trade.quantity, trade.price);
  sum.trades += 1;
  addTo(sum, 'volume', trade.quantity);
  addTo(sum, 'value', value);
  if (trade.side === 'buy') addTo(sum, 'buyValue', value);
}

const TraderSum = record('trader_sum', { value: money(), volume: volume(), trades: int64() });

function addToTrader(sum: Mutable<Infer<typeof TraderSum>>, trade: Trade): void {
  sum.value += tradeValue(trade.quantity, trade.price);
  addTo(sum, 'volume', trade.quantity);
  sum.trades += 1;
}

type Place = Ranked<readonly [string], readonly [string], Infer<typeof TraderSum>>;

/** The rows of one of the rankings. */
function placesBy(measure: 'value' | 'volume' | 'trades'): OperatorFunction<Place, RowOf<typeof topTraders>> {
  return pipe(
    filter(({ by }) => by === measure),
    map(({ group: [day], rank, key: [user], value }) => ({ day, rank, user, ...value })),
  );
}

const Price = record('price', {
  price: money(),
  time: timestamp(),
  day: date(),
  dayOpen: money(),
  dayOpenTime: timestamp(),
});

/** Keeps the price of the latest trade, and of the first trade of its day. */
function quote(kept: Mutable<Infer<typeof Price>>, trade: Trade): void {
  const day = tradingDay(trade.time);
  if (trade.time >= kept.time) {
    kept.price = trade.price;
    kept.time = trade.time;
    if (day === kept.day) return;
    kept.day = day;
  } else if (day !== kept.day || trade.time >= kept.dayOpenTime) {
    return;
  }
  kept.dayOpen = trade.price;
  kept.dayOpenTime = trade.time;
}

const SlotPrice = record('slot_price', { price: money(), time: timestamp() });

/** Keeps the price of the latest trade; for equal times the later in the source's order. */
function quoteSlot(kept: Mutable<Infer<typeof SlotPrice>>, trade: Trade): void {
  if (trade.time < kept.time) return;
  kept.price = trade.price;
  kept.time = trade.time;
}

/** The minute of the day at which the ten minutes of a trade begin. */
function slotOf(time: number): number {
  const ofDay = minuteOfDay(time);
  return ofDay - (ofDay % PRICE_SLOT);
}

const day = keyPart(date(), (trade: Trade) => tradingDay(trade.time));
const minute = keyPart(int32(), (trade: Trade) => minuteOfDay(trade.time));
const slot = keyPart(int32(), (trade: Trade) => slotOf(trade.time));

function toRow({ user, time, id, symbol, sector, side, quantity, price }: Trade): RowOf<typeof tradesByUser> {
  return { user, time, id, symbol, sector, side, quantity, price, value: tradeValue(quantity, price) };
}

/**
 * The firm's figures of seconds, its prices and its rankings take trades for this long after their end; later ones are
 * dead-lettered.
 */
export const FIGURES_STAY_OPEN = hours(24);

/**
 * The firm's totals of a day take trades for a quarter after it: a customer who joins brings a history. There are few
 * of them, some 900 for each day and partition.
 */
export const TOTALS_STAY_OPEN = days(92);

const dayExpires = (trade: Trade): number => dayEnd(trade.time) + FIGURES_STAY_OPEN;
const totalsExpire = (trade: Trade): number => dayEnd(trade.time) + TOTALS_STAY_OPEN;

/** What a portfolio has beside its tables. */
export interface PortfolioOptions {
  /** Also keeps the lots of each position, closed by this method, and what was gained with each; see docs/books. */
  readonly lots?: LotMethod;
}

/**
 * How trades become portfolios, and the firm's figures.
 *
 * Another method of lots is a rebuild from the archive: `batch --from-start`.
 *
 * @example export default appOf(portfolioOf({ lots: 'hifo' })); // a module for --app
 */
export function portfolioOf(options: PortfolioOptions = {}): Pipeline {
  return pipeline('portfolio', { trades }, ({ trades }) => branchesOf(trades, options));
}

/** How trades become portfolios, without lots. */
export const portfolio = portfolioOf();

function branchesOf(trades: Observable<Trade>, { lots }: PortfolioOptions): Branch[] {
  const held = trades.pipe(foldByKey('positions', { key: ['user', 'symbol'], state: Position, fold: applyTrade }));
  const best = trades.pipe(
    topByKey('top-traders', {
      k: 100,
      by: ['value', 'volume', 'trades'],
      group: [day],
      key: ['user'],
      state: TraderSum,
      fold: addToTrader,
      expires: dayExpires,
    }),
  );
  return [
    into(positions, held),
    into(userTotals, held.pipe(foldByKey('user-totals', { key: (u) => [u.key[0]], state: UserSum, fold: addToUser }))),
    ...(lots === undefined ? [] : keepLots(trades, lots)),
    into(tradesByUser, trades.pipe(map(toRow))),
    into(
      sectorSeconds,
      trades.pipe(
        tumblingWindow('sector-second', {
          size: seconds(1),
          allowedLateness: FIGURES_STAY_OPEN,
          key: ['sector'],
          state: Sum,
          fold: addToSum,
        }),
        map(({ window: { start }, key: [sector], value }) => ({
          day: tradingDay(start),
          minute: minuteOfDay(start),
          second: start,
          sector,
          ...value,
        })),
      ),
    ),
    into(
      sectorTotals,
      trades.pipe(
        shardedFold('sector-totals', {
          key: [day, 'sector'],
          state: DaySum,
          fold: addToDay,
          expires: totalsExpire,
        }),
      ),
    ),
    into(
      symbolTotals,
      trades.pipe(
        shardedFold('symbol-totals', {
          key: [day, 'symbol'],
          state: DaySum,
          fold: addToDay,
          expires: totalsExpire,
        }),
      ),
    ),
    into(
      symbolPrices,
      trades.pipe(
        shardedFold('symbol-prices', {
          key: [day, 'symbol', slot],
          state: SlotPrice,
          fold: quoteSlot,
          expires: dayExpires,
        }),
      ),
    ),
    into(
      minuteTotals,
      trades.pipe(
        shardedFold('minute-totals', {
          key: [day, minute],
          state: DaySum,
          fold: addToDay,
          expires: totalsExpire,
        }),
      ),
    ),
    into(topTraders, best.pipe(placesBy('value'))),
    into(topTradersByVolume, best.pipe(placesBy('volume'))),
    into(topTradersByTrades, best.pipe(placesBy('trades'))),
    into(latestPrices, trades.pipe(shardedFold('latest-prices', { key: ['symbol'], state: Price, fold: quote }))),
  ];
}
