import { byPlace, type ActionEvent, type BookEvent, type CorrectEvent, type TradeEvent } from './events.js';

/** An event that the books do not take, and why. */
export interface Rejected {
  readonly id: string;
  readonly problem: string;
  readonly hint: string;
}

/** Events with all amendments made, in the order of the books. */
export interface Amended {
  readonly events: readonly (TradeEvent | ActionEvent)[];
  readonly rejected: readonly Rejected[];
}

/**
 * Makes the amendments of an account's events, whatever the order in which they came. A trade that was withdrawn is
 * not among them. A corrected one is as its last correction says.
 */
export function amend(arrived: readonly BookEvent[]): Amended {
  const byId = new Map<string, BookEvent>();
  for (const event of [...arrived].sort(byPlace)) if (!byId.has(event.id)) byId.set(event.id, event);
  const ordered = [...byId.values()].sort(byPlace);
  const rejected: Rejected[] = [];
  const gone = new Set<string>();
  const corrections = new Map<string, CorrectEvent>();
  for (const event of ordered) if (event.kind === 'bust') gone.add(event.amends);
  for (const event of ordered) {
    if (event.kind !== 'bust' && event.kind !== 'correct') continue;
    const trade = tradeOf(event, byId);
    if (trade === undefined) rejected.push(unknown(event.id, event.amends));
    else if (event.kind === 'correct' && !gone.has(event.id)) corrections.set(trade.id, event);
  }
  const events: (TradeEvent | ActionEvent)[] = [];
  for (const event of ordered) {
    if (event.kind === 'bust' || event.kind === 'correct') continue;
    if (event.kind === 'trade' && gone.has(event.id)) continue;
    events.push(event.kind === 'trade' ? corrected(event, corrections.get(event.id)) : event);
  }
  return { events: events.sort(byPlace), rejected };
}

/** The trade that an amendment is about, through earlier corrections. */
function tradeOf(event: BookEvent, byId: ReadonlyMap<string, BookEvent>): TradeEvent | undefined {
  const seen = new Set<string>();
  let at: BookEvent | undefined = event;
  while (at !== undefined && at.kind !== 'trade') {
    if (seen.has(at.id) || (at.kind !== 'correct' && at !== event)) return undefined;
    seen.add(at.id);
    at = 'amends' in at ? byId.get(at.amends) : undefined;
  }
  return at;
}

function corrected(trade: TradeEvent, by: CorrectEvent | undefined): TradeEvent {
  if (by === undefined) return trade;
  return { kind: 'trade', id: trade.id, rank: trade.rank, ...by.trade, time: by.trade.time ?? trade.time };
}

function unknown(id: string, amends: string): Rejected {
  return {
    id,
    problem: `'${amends}' is no trade, and no correction of one`,
    hint: 'check the id, or enter the trade; a bust cannot be amended: enter the trade again',
  };
}
