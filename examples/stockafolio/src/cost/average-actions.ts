import type { ShareAction } from '../account-stream.js';
import { applyShareAction } from '../books/apply-action.js';
import { LotList, type Position } from '../books/lot.js';
import type { CostState } from './average-cost.js';

/**
 * Applies a split, a dividend in shares, or a transfer to a position by average cost: what the books do with a pool of one
 * lot, see docs/books. Shares that leave by a transfer take their part of the cost along, without a gain.
 *
 * @throws ERR_BAD_RECORD if it is not possible, ERR_OVERFLOW; the position is then unchanged
 */
export function applyActionByAverage(position: CostState, event: ShareAction): void {
  const { id, time } = event;
  const pool = poolOf(position);
  let gain = 0;
  applyShareAction(pool, event, {
    ...{ id, time, method: 'average' },
    realize: (parcel) => (gain += parcel.gain),
  });
  position.quantity = pool.quantity;
  position.cost = pool.basis;
  position.realized += gain;
}

function poolOf({ quantity, cost }: CostState): Position {
  const lots = new LotList();
  if (quantity !== 0) lots.set(0, { id: 'held', opened: 0, tacked: 0, quantity, basis: 0 });
  return { quantity, basis: cost, lots };
}
