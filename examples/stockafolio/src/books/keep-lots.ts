import { int64, into, money, optional, processByKey, record, text, type Branch } from '@stockafolio/core';
import type { Observable } from 'rxjs';
import { foreignCurrencyOf, isTrade, type ShareEvent } from '../account-stream.js';
import { quantity } from '../quantity.js';
import { lots as openLots, RealizedGain, realizedGains } from '../lot-tables.js';
import { costOf } from './account-books.js';
import { applyShareAction } from './apply-action.js';
import type { LotMethod } from './choose-lot.js';
import { KeptLot, KeptLots } from './kept-lots.js';
import { applyToLots, type Parcel } from './lots.js';

/** What is held of a symbol: the sums of its lots, see `Position`; and how often something of it was closed. */
const Held = record('held', { quantity: quantity(), basis: money(), closings: int64(), currency: optional(text()) });

/**
 * Keeps the lots of each position, and writes the tables of open lots and of realized gains.
 *
 * Events are applied in the order of the source, as to positions. Commissions are part of a basis, and are taken from
 * proceeds. A trade that names a lot closes that one, whatever the
 * method. One that is not possible is rejected everywhere: its cause says why, and what to do.
 */
export function keepLots(events: Observable<ShareEvent>, method: LotMethod): readonly Branch[] {
  const { lots, gains } = processByKey('open-lots', events, {
    key: ['user', 'symbol'],
    state: Held,
    maps: { lots: { key: int64(), value: KeptLot, output: true } },
    outputs: { gains: RealizedGain },
    onRecord: (held, event, { maps, emit }) => {
      const { id, user, symbol, time } = event;
      if (held.quantity === 0 && held.closings === 0 && maps.lots.size === 0) held.currency = foreignCurrencyOf(event);
      const { currency } = held;
      const lots = new KeptLots(maps.lots, currency, method !== 'average');
      const position = { quantity: held.quantity, basis: held.basis, lots };
      const realize = (parcel: Parcel): void =>
        emit.gains({
          user,
          closed: time,
          symbol,
          number: held.closings++,
          trade: id,
          lot: parcel.lot,
          opened: parcel.opened,
          quantity: parcel.quantity,
          proceeds: parcel.proceeds,
          basis: parcel.basis,
          gain: parcel.gain,
          term: parcel.term,
          currency,
        });
      if (isTrade(event)) {
        const { side, quantity, lot } = event;
        applyToLots(position, { id, time, side, quantity, value: costOf(event), lot }, method, realize);
      } else {
        applyShareAction(position, event, { id, time, method, realize });
      }
      held.quantity = position.quantity;
      held.basis = position.basis;
    },
  });
  return [into(openLots, lots), into(realizedGains, gains)];
}
