import type { AccountEvent } from './account-event.js';
import { amendBy, type Amended } from './amendments.js';

/** An event that stands for itself, when all amendments are made. */
export type FinalEvent = Exclude<AccountEvent, { readonly kind: 'bust' | 'correct' }>;

/**
 * The events of an account with all amendments made, in the order of the books, in any order of arrival. As
 * {@link amend} does for lots: a corrected trade keeps its id, time and rank.
 */
export function amendAccount(arrived: readonly AccountEvent[]): Amended<FinalEvent> {
  const { events, rejected } = amendBy<AccountEvent>(arrived, (trade, by) =>
    by.kind === 'correct' ? { ...by.trade, id: trade.id, time: trade.time, rank: trade.rank } : trade,
  );
  return { events: events.filter((event) => event.kind !== 'bust' && event.kind !== 'correct'), rejected };
}
