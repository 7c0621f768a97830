import { compare, iso, shares, sorted, usd, type DumpRow } from './dump-form.js';
import { AccountsOracle, eventRow, positionRow, type Held } from './accounts-oracle.js';
import { readEvent, type Event, type Trade, type WireEvent } from './wire-event.js';

/*
 * The expected content of Stockafolio's tables, from a fold that shares nothing with the library: no import from it,
 * plain maps, and bigint for every sum. It is slow and holds everything in memory; its only purpose is to be correct.
 */

type Group = readonly [Trade, ...Trade[]];

const TOP = 100;
const RANKED = ['day', 'shard', 'rank'];

/**
 * The rows of every table after these events, each table sorted by its key.
 *
 * The events of a partition count in offset order. The caller leaves messages out that are no events, and no trade counts
 * as too late. Events that are not possible are left out here; how many is told by `onRejected`.
 */
export function stockafolioOracle(
  messages: Iterable<WireEvent>,
  onRejected: (event: Event) => void = () => undefined,
): Map<string, DumpRow[]> {
  const accounts = new AccountsOracle();
  for (const message of [...messages].sort((a, b) => a.partition - b.partition || a.offset - b.offset)) {
    const event = readEvent(message);
    if (!accounts.take(event)) onRejected(event);
  }
  const { accepted, positions } = accounts;
  const all = accepted.flatMap(({ trade, currency }) => (trade === undefined || currency !== 'USD' ? [] : [trade]));
  const others = accepted.filter(({ trade }) => trade === undefined);
  return new Map([
    sorted('positions', ['user', 'symbol'], [...positions.values()].map(positionRow)),
    sorted('user_totals', ['user'], userTotals(accepted, positions.values())),
    sorted('trades_by_user', ['user', '-time', 'id'], tradeRows(accepted)),
    sorted('accounts', ['user', 'currency'], [...accounts.rows()]),
    sorted('account_events', ['user', '-time', 'id'], others.map(eventRow)),
    sorted('sector_seconds', ['day', 'minute', 'second', 'sector', 'shard'], sectorSeconds(all)),
    sorted('sector_totals', ['day', 'sector', 'shard'], sectorTotals(all)),
    sorted('symbol_totals', ['day', 'symbol', 'shard'], symbolTotals(all)),
    sorted('symbol_prices', ['day', 'symbol', 'minute', 'shard'], symbolPrices(all)),
    sorted('minute_totals', ['day', 'minute', 'shard'], minuteTotals(all)),
    sorted(
      'top_traders',
      RANKED,
      rankings(all, (t) => t.value),
    ),
    sorted(
      'top_traders_by_volume',
      RANKED,
      rankings(all, (t) => t.quantity),
    ),
    sorted(
      'top_traders_by_trades',
      RANKED,
      rankings(all, () => 1n),
    ),
    sorted('latest_prices', ['symbol', 'shard'], groups(all, (t) => [t.symbol, t.shard]).map(latestPrice)),
  ]);
}

/** All trades count, but amounts of money are in dollars. */
function userTotals(accepted: readonly Event[], positions: Iterable<Held>): DumpRow[] {
  const own = groupBy([...positions], ({ user }) => user);
  const trades = groupBy(
    accepted.flatMap(({ trade, currency }) => (trade === undefined ? [] : [{ ...trade, currency }])),
    ({ user }) => user,
  );
  const total = <T>(all: readonly T[], part: (each: T) => bigint): bigint =>
    all.reduce((sum, each) => sum + part(each), 0n);
  const ifDollars = (currency: string, amount: bigint): bigint => (currency === 'USD' ? amount : 0n);
  return [...own].map(([user, held]) => {
    const traded = trades.get(user) ?? [];
    return {
      user,
      trades: traded.length,
      volume: shares(total(traded, ({ quantity }) => quantity)),
      value: usd(total(traded, ({ currency, value }) => ifDollars(currency, value))),
      realized: usd(total(held, ({ currency, realized }) => ifDollars(currency, realized))),
      open_positions: held.filter(({ quantity }) => quantity !== 0n).length,
    };
  });
}

function groupBy<T>(all: readonly T[], key: (each: T) => string): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const each of all) {
    const group = found.get(key(each));
    if (group === undefined) found.set(key(each), [each]);
    else group.push(each);
  }
  return found;
}

/** If two trades have one key, the row is the later in the source's order. */
function tradeRows(accepted: readonly Event[]): DumpRow[] {
  const rows = new Map<string, DumpRow>();
  for (const { trade, currency, commission } of accepted) {
    if (trade === undefined) continue;
    const { user, time, id, symbol, sector, side, quantity, price, value } = trade;
    const terms = { symbol, sector, side, quantity: shares(quantity), price: usd(price), value: usd(value) };
    rows.set(JSON.stringify([user, time, id]), {
      ...{ user, time: iso(time), id, ...terms },
      ...(currency === 'USD' ? {} : { currency }),
      ...(commission === undefined ? {} : { commission: usd(commission) }),
    });
  }
  return [...rows.values()];
}

function sectorSeconds(all: readonly Trade[]): DumpRow[] {
  const second = (t: Trade): number => Math.floor(t.time / 1000) * 1000;
  return groups(all, (t) => [second(t), t.sector, t.shard]).map((group) => {
    const { day, minute, sector, shard } = group[0];
    return { day, minute, second: iso(second(group[0])), sector, shard, ...sums(group) };
  });
}

function sectorTotals(all: readonly Trade[]): DumpRow[] {
  return groups(all, (t) => [t.day, t.sector, t.shard]).map((group) => {
    const { day, sector, shard } = group[0];
    return { day, sector, shard, ...sums(group), ...bought(group) };
  });
}

function symbolTotals(all: readonly Trade[]): DumpRow[] {
  return groups(all, (t) => [t.day, t.symbol, t.shard]).map((group) => {
    const { day, symbol, shard } = group[0];
    return { day, symbol, shard, ...sums(group), ...bought(group) };
  });
}

/** For each ten minutes the newest trade's price; for equal times the later in the source's order. */
function symbolPrices(all: readonly Trade[]): DumpRow[] {
  const slot = (t: Trade): number => Math.floor(t.minute / 10) * 10;
  return groups(all, (t) => [t.day, t.symbol, slot(t), t.shard]).map((group) => {
    const newest = group.reduce((best, t) => (t.time >= best.time ? t : best));
    const { day, symbol, shard, price, time } = newest;
    return { day, symbol, minute: slot(newest), shard, price: usd(price), time: iso(time) };
  });
}

function minuteTotals(all: readonly Trade[]): DumpRow[] {
  return groups(all, (t) => [t.day, t.minute, t.shard]).map((group) => {
    const { day, minute, shard } = group[0];
    return { day, minute, shard, ...sums(group), ...bought(group) };
  });
}

function rankings(all: readonly Trade[], part: (trade: Trade) => bigint): DumpRow[] {
  return groups(all, (t) => [t.day, t.shard]).flatMap((group) => ranking(group, part));
}

function ranking(ofDayAndShard: Group, part: (trade: Trade) => bigint): DumpRow[] {
  const { day, shard } = ofDayAndShard[0];
  return groups(ofDayAndShard, (t) => [t.user])
    .map((group) => ({ user: group[0].user, total: sum(group, part), group }))
    .sort((a, b) => (a.total === b.total ? compare(a.user, b.user) : a.total > b.total ? -1 : 1))
    .slice(0, TOP)
    .map(({ user, group }, i) => {
      const { trades, volume, value } = sums(group);
      return { day, shard, rank: i + 1, user, value, volume, trades };
    });
}

function latestPrice(group: Group): DumpRow {
  const newest = group.reduce((best, t) => (t.time >= best.time ? t : best));
  const first = group.filter((t) => t.day === newest.day).reduce((best, t) => (t.time < best.time ? t : best));
  const { symbol, shard, price, time, day } = newest;
  const opening = { day_open: usd(first.price), day_open_time: iso(first.time) };
  return { symbol, shard, price: usd(price), time: iso(time), day, ...opening };
}

function sums(group: Group): { trades: number; volume: number | string; value: string } {
  const value = sum(group, (t) => t.value);
  return { trades: group.length, volume: shares(sum(group, (t) => t.quantity)), value: usd(value) };
}

function bought(group: Group): DumpRow {
  return { buy_value: usd(sum(group, (t) => (t.side === 'buy' ? t.value : 0n))) };
}

function groups(trades: readonly Trade[], key: (trade: Trade) => readonly (string | number)[]): Group[] {
  const found = new Map<string, [Trade, ...Trade[]]>();
  for (const trade of trades) {
    const name = JSON.stringify(key(trade));
    const group = found.get(name);
    if (group === undefined) found.set(name, [trade]);
    else group.push(trade);
  }
  return [...found.values()];
}

function sum(group: Group, part: (trade: Trade) => bigint): bigint {
  return group.reduce((total, t) => total + part(t), 0n);
}
