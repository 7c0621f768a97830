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
  split,
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
import { filter, map, merge, pipe, type Observable, type OperatorFunction } from 'rxjs';
import type { LotMethod } from './books/choose-lot.js';
import { keepLots } from './books/keep-lots.js';
import { dayEnd, minuteOfDay, tradingDay } from './calendar/trading-day.js';
import {
  inDollars,
  isDollarTrade,
  isShareEvent,
  isTrade,
  trades,
  type ShareEvent,
  type StreamEvent,
} from './account-stream.js';
import { actions, type CorporateAction } from './action-stream.js';
import { keepAccounts } from './keep-accounts.js';
import { keepDays } from './keep-days.js';
import { keepUnsettled } from './keep-unsettled.js';
import { keepNewest, NewestPrice } from './newest-price.js';
import { applyCorporateAction, applyToPosition, Position, type PositionChange } from './position.js';
import { volume } from './quantity.js';
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
import { valueOf, type Trade } from './trade.js';

/** Minutes of a row of symbol_prices. */
const PRICE_SLOT = 10;

const UserSum = record('user_sum', {
  trades: int64(),
  volume: volume(),
  value: money(),
  realized: money(),
  openPositions: int64(),
});

type PositionUpdate = Update<
  readonly [string, string],
  Infer<typeof Position>,
  ShareEvent | CorporateAction,
  PositionChange
>;

function addToUser(sum: Mutable<Infer<typeof UserSum>>, { record: event, result }: PositionUpdate): void {
  if (isTrade(event)) {
    sum.trades += 1;
    addTo(sum, 'volume', event.quantity);
    if (inDollars(event)) sum.value += valueOf(event);
  }
  sum.realized += result.realized;
  sum.openPositions += result.opened;
}

const Sum = record('sum', { trades: int64(), volume: volume(), value: bigMoney() });

function addToSum(sum: Mutable<Infer<typeof Sum>>, trade: Trade): void {
  sum.trades += 1;
  addTo(sum, 'volume', trade.quantity);
  addTo(sum, 'value', valueOf(trade));
}

const DaySum = record('day_sum', { trades: int64(), volume: volume(), value: bigMoney(), buyValue: bigMoney() });

function addToDay(sum: Mutable<Infer<typeof DaySum>>, trade: Trade): void {
  const value = valueOf(trade);
  sum.trades += 1;
  addTo(sum, 'volume', trade.quantity);
  addTo(sum, 'value', value);
  if (trade.side === 'buy') addTo(sum, 'buyValue', value);
}

const TraderSum = record('trader_sum', { value: money(), volume: volume(), trades: int64() });

function addToTrader(sum: Mutable<Infer<typeof TraderSum>>, trade: Trade): void {
  sum.value += valueOf(trade);
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

/** The minute of the day at which the ten minutes of a trade begin. */
function slotOf(time: number): number {
  const ofDay = minuteOfDay(time);
  return ofDay - (ofDay % PRICE_SLOT);
}

const day = keyPart(date(), (trade: Trade) => tradingDay(trade.time));
const minute = keyPart(int32(), (trade: Trade) => minuteOfDay(trade.time));
const slot = keyPart(int32(), (trade: Trade) => slotOf(trade.time));

function toRow(trade: Trade): RowOf<typeof tradesByUser> {
  const { user, time, id, symbol, sector, side, quantity, price, currency, commission } = trade;
  return { user, time, id, symbol, sector, side, quantity, price, value: valueOf(trade), currency, commission };
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
  /**
   * Also keeps what each user did by day, and the closes of symbols: for profit and returns over any time. Defaults to
   * false.
   */
  readonly byDay?: boolean;
  /** Also keeps what is traded and not settled, by the day on which it settles. Defaults to false. */
  readonly settlement?: boolean;
  /**
   * Also reads the stream `actions`: one corporate action counts for everybody who holds the symbol. Defaults to false,
   * because a trade waits for a stream that is silent, as the guide says of streams in one order.
   */
  readonly actions?: boolean;
}

/**
 * How trades become portfolios, and the firm's figures.
 *
 * Another method of lots is a rebuild from the archive: `batch --from-start`.
 *
 * @example export default appOf(portfolioOf({ lots: 'hifo' })); // a module for --app
 */
export function portfolioOf(options: PortfolioOptions = {}): Pipeline {
  if (options.actions !== true)
    return pipeline('portfolio', { trades }, ({ trades: events }) => figures(events, options));
  return pipeline('portfolio', { trades, actions }, ({ trades: events, actions }) => figures(events, options, actions));
}

/** How trades become portfolios, without lots, results by day and a stream of corporate actions. */
export const portfolio = portfolioOf();

function figures(
  events: Observable<StreamEvent>,
  options: PortfolioOptions,
  actions?: Observable<CorporateAction>,
): Branch[] {
  const dollarTrades = split(events, { trades: isDollarTrade }).trades;
  const held = keepPositions(events, actions);
  const all =
    actions === undefined
      ? events
      : merge(
          events,
          held.pipe(
            map(({ result: { event } }) => event),
            filter((event) => event !== undefined),
          ),
        );
  return [
    into(positions, held),
    into(userTotals, held.pipe(foldByKey('user-totals', { key: (u) => [u.key[0]], state: UserSum, fold: addToUser }))),
    ...usersFigures(all, options),
    ...firmsFigures(dollarTrades),
    ...(options.byDay === true ? keepDays(all, dollarTrades, totalsExpire) : []),
  ];
}

/** Each user's positions, by average cost. What an action did in the account of a holder is in its update. */
function keepPositions(
  events: Observable<StreamEvent>,
  actions: Observable<CorporateAction> | undefined,
): Observable<PositionUpdate> {
  return split(events, { shares: isShareEvent }).shares.pipe(
    foldByKey('positions', {
      key: ['user', 'symbol'],
      state: Position,
      fold: applyToPosition,
      everyKey:
        actions === undefined
          ? undefined
          : { actions: { broadcast: actions, where: { symbol: 'symbol' }, fold: applyCorporateAction } },
    }),
  );
}

/** Each user's lots, trades, and what else happened in the account. */
function usersFigures(events: Observable<StreamEvent>, { lots, settlement }: PortfolioOptions): Branch[] {
  const { shares } = split(events, { shares: isShareEvent });
  const { trades, rest } = split(events, { trades: isTrade });
  return [
    ...(lots === undefined ? [] : keepLots(shares, lots)),
    ...(settlement === true ? keepUnsettled(shares) : []),
    into(tradesByUser, trades.pipe(map(toRow))),
    ...keepAccounts(events, rest),
  ];
}

/** The firm's figures, of trades in dollars. */
function firmsFigures(trades: Observable<Trade>): Branch[] {
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
          state: NewestPrice,
          fold: keepNewest,
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
