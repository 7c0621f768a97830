import { byPlace, type ActionEvent, type BookEvent, type EventPlace, type TradeEvent } from './events.js';

/** An event that the books do not take, and why. */
export interface Rejected {
  readonly id: string;
  readonly problem: string;
  readonly hint: string;
}

/** Events with all amendments made, in the order of the books. */
export interface Amended<E = TradeEvent | ActionEvent> {
  readonly events: readonly E[];
  readonly rejected: readonly Rejected[];
}

/** What the amendments see of an event. */
interface Amendable extends EventPlace {
  readonly kind: string;
  /** Of a bust or a correction: the id of the trade, or of an earlier correction of it. */
  readonly amends?: string;
}

/**
 * Makes the amendments of an account's events, whatever the order in which they came. A trade that was withdrawn is
 * not among them. A corrected one is as its last correction says.
 */
export function amend(arrived: readonly BookEvent[]): Amended {
  const { events, rejected } = amendBy<BookEvent>(arrived, (trade, by) =>
    by.kind === 'correct'
      ? { kind: 'trade', ...placeOf(trade), ...by.trade, time: by.trade.time ?? trade.time }
      : trade,
  );
  return { events: events.filter((event) => event.kind !== 'bust' && event.kind !== 'correct'), rejected };
}

/**
 * The same for events of any form, which stay of this form.
 *
 * @param corrected gives the trade as its correction says
 */
export function amendBy<E extends Amendable>(arrived: readonly E[], corrected: (trade: E, by: E) => E): Amended<E> {
  const byId = new Map<string, E>();
  for (const event of [...arrived].sort(byPlace)) if (!byId.has(event.id)) byId.set(event.id, event);
  const ordered = [...byId.values()];
  const rejected: Rejected[] = [];
  const gone = new Set<string>();
  const corrections = new Map<string, E>();
  for (const { kind, amends } of ordered) if (kind === 'bust' && amends !== undefined) gone.add(amends);
  for (const event of ordered) {
    if (!isAmendment(event)) continue;
    const trade = tradeOf(event, byId);
    if (trade === undefined) rejected.push(unknown(event.id, event.amends ?? ''));
    else if (event.kind === 'correct' && !gone.has(event.id)) corrections.set(trade.id, event);
  }
  const events: E[] = [];
  for (const event of ordered) {
    if (isAmendment(event) || (event.kind === 'trade' && gone.has(event.id))) continue;
    const correction = event.kind === 'trade' ? corrections.get(event.id) : undefined;
    events.push(correction === undefined ? event : corrected(event, correction));
  }
  return { events: events.sort(byPlace), rejected };
}

const isAmendment = ({ kind }: Amendable): boolean => kind === 'bust' || kind === 'correct';

/** The trade that an amendment is about, through earlier corrections. */
function tradeOf<E extends Amendable>(event: E, byId: ReadonlyMap<string, E>): E | undefined {
  const seen = new Set<string>();
  let at: E | undefined = event;
  while (at !== undefined && at.kind !== 'trade') {
    if (seen.has(at.id) || (at.kind !== 'correct' && at !== event)) return undefined;
    seen.add(at.id);
    at = at.amends === undefined ? undefined : byId.get(at.amends);
  }
  return at;
}

const placeOf = ({ id, time, rank }: EventPlace): EventPlace => ({ id, time, rank });

function unknown(id: string, amends: string): Rejected {
  return {
    id,
    problem: `'${amends}' is no trade, and no correction of one`,
    hint: 'check the id, or enter the trade; a bust cannot be amended: enter the trade again',
  };
}
