import {
  money,
  optional,
  record,
  StockafolioError,
  text,
  timestamp,
  type Infer,
  type Mutable,
} from '@stockafolio/core';
import type { CorporateAction } from './action-stream.js';
import { DOLLAR, foreignCurrencyOf, isTrade, type ShareEvent } from './account-stream.js';
import { applyActionByAverage } from './cost/average-actions.js';
import { applyAverageCost } from './cost/average-cost.js';
import { holderEvent, type HolderEvent } from './holder-event.js';
import { quantity } from './quantity.js';
import { valueOf, type Trade } from './trade.js';

/** What is kept of a user's position in a symbol: see the table `positions`. */
export const Position = record('position', {
  sector: text(),
  quantity: quantity(),
  cost: money(),
  realized: money(),
  lastTime: timestamp(),
  currency: optional(text()),
  transferred: optional(money()),
});
export type Position = Infer<typeof Position>;

/** The change that an event caused in its user's totals, beyond its own figures. */
export interface PositionChange {
  /** In dollars: 0 for a position in another currency. */
  readonly realized: number;
  readonly opened: number;
  /** What a corporate action is in the account of the holder. */
  readonly event?: HolderEvent;
}

/**
 * Applies an event to the position of its user and symbol, by average cost.
 *
 * @throws ERR_BAD_RECORD if it is not possible, or in another currency than the position; ERR_OVERFLOW
 */
export function applyToPosition(position: Mutable<Position>, event: ShareEvent): PositionChange {
  const realized = position.realized;
  const open = position.quantity === 0 ? 0 : 1;
  if (isTrade(event)) applyTrade(position, event);
  else applyAction(position, event);
  if (event.time > position.lastTime) position.lastTime = event.time;
  return {
    realized: position.currency === undefined ? position.realized - realized : 0,
    opened: (position.quantity === 0 ? 0 : 1) - open,
  };
}

/**
 * Applies a corporate action to the position of a holder.
 *
 * @throws ERR_BAD_RECORD if it is not possible: see `holderEvent`; ERR_OVERFLOW
 */
export function applyCorporateAction(
  position: Mutable<Position>,
  action: CorporateAction,
  { key: [user] }: { readonly key: readonly [string, string] },
): PositionChange {
  const event = holderEvent(user, position, action);
  if (event === undefined) return { realized: 0, opened: 0 };
  return { ...(event.kind === 'dividend' ? { realized: 0, opened: 0 } : applyToPosition(position, event)), event };
}

function applyTrade(position: Mutable<Position>, trade: Trade): void {
  expectCurrency(position, trade);
  applyAverageCost(position, trade.side, trade.quantity, trade.price, valueOf(trade));
  position.sector = trade.sector;
}

function applyAction(position: Mutable<Position>, event: Exclude<ShareEvent, Trade>): void {
  const isTransfer = event.kind === 'transfer-in' || event.kind === 'transfer-out';
  if (event.kind === 'transfer-in') expectCurrency(position, event);
  const { cost } = position;
  applyActionByAverage(position, event);
  if (event.sector !== undefined) position.sector = event.sector;
  if (isTransfer) position.transferred = (position.transferred ?? 0) + position.cost - cost;
}

/** The first trade or transfer says in which currency a position is. */
function expectCurrency(position: Mutable<Position>, event: Pick<ShareEvent, 'user' | 'symbol' | 'currency'>): void {
  const own = foreignCurrencyOf(event);
  if (own === position.currency) return;
  const isNew = position.lastTime === 0;
  if (isNew) {
    position.currency = own;
    return;
  }
  throw new StockafolioError(
    'ERR_BAD_RECORD',
    `the position of '${event.user}' in '${String(event.symbol)}' is in ${position.currency ?? DOLLAR}, and this is in ${own ?? DOLLAR}`,
    { hint: 'give the shares of another exchange a symbol of their own, such as SAP.DE' },
  );
}
