import type { AbortSignalLike, Clock, Producer } from '@stockafolio/core/ports';
import { dateOfDays, daysOfDate } from '@stockafolio/core';
import { sessionOf, type Session } from '../calendar/sessions.js';
import { generateTrades } from '../generator/trade-generator.js';
import type { Trade } from '../trade.js';
import { messageOfTrade } from './trade-flow.js';

/** The part of a trading day that the demo's trades fill: of a full day 9:30 to 13:00. */
const FILLED = 3.5 / 6.5;
/** Ids of trades have the seed: those of the history need another one. */
const HISTORY_SEED = 1_000_000_007;

export interface DemoMarketOptions {
  /** Trades of the demo itself. */
  readonly trades: number;
  /** Further trades, until the market closes. */
  readonly after: number;
  readonly users: number;
  readonly seed: number;
}

/** Trades of one session, in order of time. */
export interface DemoMarket {
  next(count: number): Trade[];
}

/**
 * A market whose day passes in seconds, so that the dashboards have a day to show. All trades, including later ones,
 * are in this one session, however short it is: a viewer never sees an empty next day.
 */
export function demoMarket({ trades, after, users, seed }: DemoMarketOptions, session: Session): DemoMarket {
  const length = session.close - session.open;
  const generator = generateTrades({
    ...{ trades: trades + after, users, seed, start: session.open },
    rate: ((trades + after) / length) * 1000,
    userSkew: { zipf: 0.6 },
    symbolSkew: { zipf: 0.8 },
  });
  const part = trades / (trades + after);
  /**
   * The generator spreads all trades evenly; the demo's own come first, and are moved closer together or further apart.
   */
  const moved = (time: number): number => {
    const at = (time - session.open) / length;
    const to = at < part ? (at / part) * FILLED : FILLED + ((at - part) / (1 - part)) * (1 - FILLED);
    return Math.min(session.open + Math.floor(to * length), session.close - 1);
  };
  return { next: (count) => generator.next(count).map((trade) => ({ ...trade, time: moved(trade.time) })) };
}

/** The calendar days of {@link demoHistory}. */
const YEAR = 365;

/**
 * The trades of the year before a session, spread evenly over its sessions: so that results over longer times have something to
 * show. Prices begin anew with the session itself, some per cent away from these, as after a night.
 */
export function demoHistory(
  { trades, users, seed }: Omit<DemoMarketOptions, 'after'>,
  { day: last }: Session,
): DemoMarket {
  const days = Array.from({ length: YEAR }, (_, n) => dateOfDays(daysOfDate(last) - YEAR + n));
  const all = days.flatMap((day) => sessionOf(day) ?? []);
  const length = all.reduce((sum, { open, close }) => sum + close - open, 0);
  return generateTrades({
    ...{
      trades,
      users,
      seed: (seed + HISTORY_SEED) % Number.MAX_SAFE_INTEGER,
      start: all[0]?.open ?? 0,
      rate: (trades / length) * 1000,
    },
    userSkew: { zipf: 0.6 },
    symbolSkew: { zipf: 0.8 },
  });
}

/** Sends this many trades at this rate, per second of real time, or all that there are. */
export async function sendTrades(
  market: DemoMarket,
  count: number,
  rate: number,
  producer: Producer,
  clock: Clock,
  signal: AbortSignalLike,
): Promise<void> {
  const began = clock.elapsed();
  for (let sent = 0; sent < count && !signal.aborted;) {
    const some = market.next(Math.min(Math.max(1, Math.round(rate / 20)), count - sent));
    if (some.length === 0) return;
    await producer.append(some.map(messageOfTrade));
    sent += some.length;
    await clock.sleep(Math.max(1, began + (sent / rate) * 1000 - clock.elapsed()), signal);
  }
}
