import {
  date,
  foldByKey,
  int64,
  into,
  keyPart,
  money,
  record,
  shardedFold,
  split,
  text,
  type Branch,
  type Infer,
  type Mutable,
  type RowOf,
} from '@stockafolio/core';
import { map, type Observable } from 'rxjs';
import { DOLLAR, isCashFlow, isTrade, type CashFlow, type StreamEvent } from './account-stream.js';
import { tradingDay } from './calendar/trading-day.js';
import { positionDays, symbolCloses } from './day-tables.js';
import { keepNewest, NewestPrice } from './newest-price.js';
import { quantity } from './quantity.js';
import { valueOf, type Trade } from './trade.js';

/** A dividend in cash. */
type Dividend = CashFlow & { readonly kind: 'dividend'; readonly symbol: string };
type DayEvent = Trade | Dividend;

function isDayEvent(event: StreamEvent): event is DayEvent {
  return isTrade(event) || (event.kind === 'dividend' && isCashFlow(event) && event.symbol !== undefined);
}

/** The sums of the newest day of a position, and how many records of earlier days came after it began. */
const NewestDay = record('newest_day', {
  day: date(),
  quantity: quantity(),
  paid: money(),
  costs: money(),
  dividends: money(),
  parts: int64(),
});
type NewestDay = Infer<typeof NewestDay>;
type Row = RowOf<typeof positionDays>;

/**
 * Adds an event to the sums of its day, and returns the row that has changed.
 *
 * Only the newest day of a position has sums in the state: so that is bounded by the positions, and a record is never too late.
 */
function addToDay(newest: Mutable<NewestDay>, event: DayEvent): Row {
  const { user, symbol, currency = DOLLAR } = event;
  const day = tradingDay(event.time);
  const { quantity, paid, costs, dividends } = effectOf(event);
  if (newest.parts > 0 && day < newest.day) {
    return { user, day, symbol, currency, part: newest.parts++, quantity, paid, costs, dividends };
  }
  if (newest.parts === 0) newest.parts = 1;
  if (day !== newest.day) {
    newest.day = day;
    newest.quantity = quantity;
    newest.paid = paid;
    newest.costs = costs;
    newest.dividends = dividends;
  } else {
    newest.quantity += quantity;
    newest.paid += paid;
    newest.costs += costs;
    newest.dividends += dividends;
  }
  return {
    user,
    day,
    symbol,
    currency,
    part: 0,
    quantity: newest.quantity,
    paid: newest.paid,
    costs: newest.costs,
    dividends: newest.dividends,
  };
}

type Effect = Pick<Row, 'quantity' | 'paid' | 'costs' | 'dividends'>;

function effectOf(event: DayEvent): Effect {
  if (!isTrade(event)) return { quantity: 0, paid: 0, costs: 0, dividends: event.amount };
  const [shares, value] = [event.quantity, valueOf(event)];
  return {
    quantity: event.side === 'buy' ? shares : 0 - shares,
    paid: event.side === 'buy' ? value : 0 - value,
    costs: event.commission ?? 0,
    dividends: 0,
  };
}

const currency = keyPart(text(), (event: DayEvent) => event.currency ?? DOLLAR);
const day = keyPart(date(), (trade: Trade) => tradingDay(trade.time));

/**
 * Keeps what users did by day and symbol, and the close of each symbol and day.
 *
 * @param trades in dollars
 * @param closesExpire when the close of a trade's day takes no further trades, in epoch milliseconds
 */
export function keepDays(
  events: Observable<StreamEvent>,
  trades: Observable<Trade>,
  closesExpire: (trade: Trade) => number,
): readonly Branch[] {
  const { done } = split(events, { done: isDayEvent });
  return [
    into(
      positionDays,
      done.pipe(
        foldByKey('position-days', { key: ['user', 'symbol', currency], state: NewestDay, fold: addToDay }),
        map(({ result }) => result),
      ),
    ),
    into(
      symbolCloses,
      trades.pipe(
        shardedFold('symbol-closes', {
          key: ['symbol', day],
          state: NewestPrice,
          fold: keepNewest,
          expires: closesExpire,
        }),
      ),
    ),
  ];
}
