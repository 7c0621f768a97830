import type { Clock, Producer } from '@stockafolio/core/ports';
import type { AbortSignalLike } from '@stockafolio/core/ports';
import { generateTrades, type TradeGenerator } from '../generator/trade-generator.js';
import { messageOfTrade } from './trade-flow.js';

/** So much of a market's day do the demo's trades fill, in seconds: from 9:30 to 13:00. */
const FILLED = 3.5 * 3_600;

/** A market whose day goes by in seconds, so that the dashboards have a day to show. */
export function demoMarket(trades: number, users: number, seed: number, start: number): TradeGenerator {
  return generateTrades({
    ...{ trades: Number.POSITIVE_INFINITY, users, seed, start },
    rate: trades / FILLED,
    userSkew: { zipf: 0.6 },
    symbolSkew: { zipf: 0.8 },
  });
}

/** Sends so many trades at this rate, a second by the clock on the wall. */
export async function sendTrades(
  market: TradeGenerator,
  count: number,
  rate: number,
  producer: Producer,
  clock: Clock,
  signal: AbortSignalLike,
): Promise<void> {
  const began = clock.now();
  for (let sent = 0; sent < count && !signal.aborted;) {
    const some = market.next(Math.min(Math.max(1, Math.round(rate / 20)), count - sent));
    await producer.append(some.map(messageOfTrade));
    sent += some.length;
    await clock.sleep(Math.max(1, began + (sent / rate) * 1000 - clock.now()), signal);
  }
}
