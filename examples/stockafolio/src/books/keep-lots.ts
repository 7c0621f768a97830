import { int64, into, money, processByKey, record, removable, type Branch } from '@stockafolio/core';
import type { Observable } from 'rxjs';
import { quantity, tradeValue } from '../quantity.js';
import { lots as openLots, OpenLot, RealizedGain, realizedGains } from '../lot-tables.js';
import type { Trade } from '../trade.js';
import type { LotMethod } from './choose-lot.js';
import { Lot } from './lot.js';
import { applyToLots } from './lots.js';
import { WrittenLots } from './written-lots.js';

/** What is held of a symbol: the sums of its lots, see `Position`; and how often something of it was closed. */
const Held = record('held', { quantity: quantity(), basis: money(), closings: int64() });

/**
 * Keeps the lots of each position, and writes the tables of open lots and of realized gains.
 *
 * Trades are applied in the order of the source, as to positions. A trade that is not possible is rejected everywhere: its
 * cause says why, and what to do.
 */
export function keepLots(trades: Observable<Trade>, method: LotMethod): readonly Branch[] {
  const { lots, gains } = processByKey('lots', trades, {
    key: ['user', 'symbol'],
    state: Held,
    maps: { lots: { key: int64(), value: Lot } },
    outputs: { lots: removable(OpenLot), gains: RealizedGain },
    onRecord: (held, trade, { maps, emit }) => {
      const { id, user, symbol, time, side, quantity, price } = trade;
      const lots = new WrittenLots(maps.lots, { user, symbol, hasOwnBasis: method !== 'average' }, emit.lots);
      const position = { quantity: held.quantity, basis: held.basis, lots };
      const fill = { id, time, side, quantity, value: tradeValue(quantity, price) };
      applyToLots(position, fill, method, (parcel) =>
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
        }),
      );
      held.quantity = position.quantity;
      held.basis = position.basis;
    },
  });
  return [into(openLots, lots), into(realizedGains, gains)];
}
