import {
  date,
  daysOfDate,
  into,
  mulDivHalfEven,
  processByKey,
  record,
  type Branch,
  type Infer,
  type StateMap,
} from '@stockafolio/core';
import type { Observable } from 'rxjs';
import { foreignCurrencyOf, isTrade, type ShareAction, type ShareEvent } from './account-stream.js';
import { times } from './books/reshape.js';
import { settlementDay } from './books/settlement.js';
import { newYorkMoment } from './calendar/new-york-time.js';
import { tradingDay } from './calendar/trading-day.js';
import { quantity, SHARE } from './quantity.js';
import { Unsettled, unsettled } from './settlement-table.js';
import { valueOf } from './trade.js';

const Held = record('held', { quantity: quantity() });
type Pending = StateMap<string, Infer<typeof Unsettled>>;

/** Keeps what is traded and not settled, by the settlement days of US securities: see docs/books. */
export function keepUnsettled(events: Observable<ShareEvent>): readonly Branch[] {
  const { pending } = processByKey('unsettled', events, {
    key: ['user', 'symbol'],
    state: Held,
    maps: { pending: { key: date(), value: Unsettled, output: true } },
    timers: ['settles'],
    onRecord: (held, event, { maps: { pending }, timers, watermark }) => {
      if (!isTrade(event)) {
        const after = sharesAfter(held.quantity, event);
        if (event.kind === 'split' || event.kind === 'stock-dividend') carry(pending, held.quantity, event);
        held.quantity = after;
        return;
      }
      const isPurchase = event.side === 'buy';
      const shares = isPurchase ? event.quantity : 0 - event.quantity;
      held.quantity += shares;
      const day = settlementDay(tradingDay(event.time));
      if (beginOf(day) <= watermark) return;
      const { quantity = 0, amount = 0 } = pending.get(day) ?? {};
      const paid = (isPurchase ? 0 - valueOf(event) : valueOf(event)) - (event.commission ?? 0);
      const currency = foreignCurrencyOf(event);
      pending.set(day, {
        ...{ quantity: quantity + shares, amount: amount + paid },
        ...(currency === undefined ? {} : { currency }),
      });
      timers.settles.set(beginOf(pending.firstKey() ?? day));
    },
    onTimer: (_, { time }, { maps: { pending }, timers }) => {
      for (let first = pending.firstKey(); first !== undefined; first = pending.firstKey()) {
        if (beginOf(first) > time) return timers.settles.set(beginOf(first));
        pending.delete(first);
      }
      return undefined;
    },
  });
  return [into(unsettled, pending)];
}

function beginOf(day: string): number {
  return newYorkMoment(daysOfDate(day), 0);
}

/** Shares that are to come take part in a split as those held do: all that settle from a day on, rounded together. */
function carry(pending: Pending, held: number, event: ShareAction): void {
  const entries = [...pending].reverse();
  let [before, after] = [0, 0];
  for (const [day, entry] of entries) {
    before += entry.quantity;
    const carried =
      event.kind === 'split'
        ? mulDivHalfEven(before, event.numerator, event.denominator)
        : before + mulDivHalfEven(before, signOf(held) * event.quantity, held);
    pending.set(day, { ...entry, quantity: carried - after });
    after = carried;
  }
}

/** The shares after an event that positions take too. */
function sharesAfter(held: number, event: ShareAction): number {
  const sign = signOf(held);
  switch (event.kind) {
    case 'transfer-in':
      return held + event.quantity;
    case 'transfer-out':
      return held - sign * event.quantity;
    default: {
      const size = Math.abs(held);
      const [after] = event.kind === 'split' ? times(size, event) : [size + event.quantity];
      return sign * (event.amount === undefined ? after : after - (after % SHARE));
    }
  }
}

function signOf(quantity: number): 1 | -1 {
  return quantity < 0 ? -1 : 1;
}
