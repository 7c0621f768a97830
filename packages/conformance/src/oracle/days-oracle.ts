import { iso, shares, sorted, usd, type DumpRow } from './dump-form.js';
import { AccountsOracle } from './accounts-oracle.js';
import { newYorkDay, readEvent, type Event, type Trade, type WireEvent } from './wire-event.js';

/**
 * The rows of `position_days` and `symbol_closes` after these events, each table sorted by its key; shares nothing with
 * the library, as `stockafolioOracle`. The events of a partition count in offset order, and no trade is too late.
 */
export function daysOracle(messages: Iterable<WireEvent>): Map<string, DumpRow[]> {
  const accounts = new AccountsOracle();
  for (const message of [...messages].sort((a, b) => a.partition - b.partition || a.offset - b.offset)) {
    accounts.take(readEvent(message));
  }
  const { accepted } = accounts;
  const dollarTrades = accepted.flatMap(({ trade, currency }) =>
    trade === undefined || currency !== 'USD' ? [] : [trade],
  );
  return new Map([
    sorted('position_days', ['user', '-day', 'symbol', 'currency', 'part'], positionDays(accepted)),
    sorted('symbol_closes', ['symbol', '-day', 'shard'], closes(dollarTrades)),
  ]);
}

/** The events that are one row. */
interface OfRow {
  readonly part: number;
  readonly events: Event[];
}

function positionDays(accepted: readonly Event[]): DumpRow[] {
  const counted = accepted.filter(({ trade, kind }) => trade !== undefined || kind === 'dividend');
  const positions = grouped(counted, ({ user, symbol, currency }) => [user, symbol ?? '', currency]);
  return positions.flatMap((events) => rowsOf(events).map(rowOf));
}

/** An event of a day before the newest one so far is a row of its own; all others are the row of their day. */
function rowsOf(events: readonly Event[]): OfRow[] {
  const [days, late] = [new Map<string, OfRow>(), [] as OfRow[]];
  let newest = '';
  for (const event of events) {
    const day = newYorkDay(event.time);
    if (day < newest) {
      late.push({ part: late.length + 1, events: [event] });
      continue;
    }
    newest = day;
    const own = days.get(day) ?? { part: 0, events: [] };
    own.events.push(event);
    days.set(day, own);
  }
  return [...days.values(), ...late];
}

function rowOf({ part, events }: OfRow): DumpRow {
  const [first] = events;
  const sum = (of: (event: Event) => bigint): bigint => events.reduce((all, event) => all + of(event), 0n);
  const signed = (of: (trade: Trade) => bigint): bigint =>
    sum(({ trade }) => (trade === undefined ? 0n : trade.side === 'buy' ? of(trade) : -of(trade)));
  return {
    ...{ user: first?.user ?? '', day: newYorkDay(first?.time ?? 0), symbol: first?.symbol ?? '' },
    ...{ currency: first?.currency ?? '', part, quantity: shares(signed(({ quantity }) => quantity)) },
    paid: usd(signed(({ value }) => value)),
    costs: usd(sum(({ commission = 0n }) => commission)),
    dividends: usd(sum(({ trade, amount = 0n }) => (trade === undefined ? amount : 0n))),
  };
}

function closes(trades: readonly Trade[]): DumpRow[] {
  return grouped(trades, ({ symbol, day, shard }) => [symbol, day, String(shard)]).map((ofDay) => {
    const newest = ofDay.reduce((best, trade) => (trade.time >= best.time ? trade : best));
    const { symbol, day, shard, price, time } = newest;
    return { symbol, day, shard, price: usd(price), time: iso(time) };
  });
}

function grouped<T>(all: readonly T[], key: (each: T) => readonly string[]): T[][] {
  const groups = new Map<string, T[]>();
  for (const each of all) {
    const name = JSON.stringify(key(each));
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [each]);
    else group.push(each);
  }
  return [...groups.values()];
}
