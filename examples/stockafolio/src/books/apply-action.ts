import { StockafolioError } from '@stockafolio/core';
import type { ShareAction } from '../account-stream.js';
import { split, stockDividend, type Action } from './corporate-actions.js';
import type { Position } from './lot.js';
import { transferIn, transferOut } from './mergers.js';
import { reduced } from './reshape.js';

/**
 * Applies an event of the stream, other than a trade, to the lots of its position.
 *
 * @throws ERR_BAD_RECORD if it is not possible, or the symbol is not held: its history would be missing; ERR_OVERFLOW. The
 *   position is then unchanged
 */
export function applyShareAction(position: Position, event: ShareAction, action: Action): void {
  const { symbol, kind } = event;
  if (kind === 'transfer-in') {
    const { id, quantity, value = 0, opened = event.time } = event;
    transferIn(position, [{ id, opened, tacked: 0, quantity, basis: value }], action.method);
    return;
  }
  if (kind === 'transfer-out') {
    transferOut(position, event, action.method);
    return;
  }
  const held = Math.abs(position.quantity);
  if (held === 0) {
    throw new StockafolioError('ERR_BAD_RECORD', `'${symbol}' is not held, so there can be no ${kind} of it`, {
      hint: 'send the trades or the transfer that brought the shares first',
    });
  }
  const cash = cashOf(event, position.quantity);
  if (kind === 'split') {
    const { numerator, denominator } = event;
    split(position, { numerator, denominator, cash }, action);
  } else {
    stockDividend(position, { ...reduced(event.quantity, held), cash }, action);
  }
}

/** The cash for a fraction, without a sign: of held shares it comes in, of short ones it is paid. */
function cashOf({ amount, kind }: ShareAction, quantity: number): number | undefined {
  if (amount === undefined || amount === 0) return amount;
  if (amount > 0 === quantity > 0) return Math.abs(amount);
  throw new StockafolioError('ERR_BAD_RECORD', `the cash of the ${kind} has the wrong sign`, {
    hint: 'an amount is the effect on cash: for shares that are held above 0, for a short position below 0',
  });
}
