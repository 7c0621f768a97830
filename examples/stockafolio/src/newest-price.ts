import { money, record, timestamp, type Infer, type Mutable } from '@stockafolio/core';
import type { Trade } from './trade.js';

/** The price of the newest trade, and its time. */
export const NewestPrice = record('slot_price', { price: money(), time: timestamp() });

/** Keeps the price of the latest trade; for equal times the later in the source's order. */
export function keepNewest(kept: Mutable<Infer<typeof NewestPrice>>, trade: Trade): void {
  if (trade.time < kept.time) return;
  kept.price = trade.price;
  kept.time = trade.time;
}
