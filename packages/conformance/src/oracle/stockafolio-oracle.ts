import { compare, iso, shares, sorted, usd, type DumpRow } from './dump-form.js';
import { divideHalfEven, readTrade, type Trade, type WireTrade } from './wire-trade.js';

/*
 * The expected content of Stockafolio's tables, from a fold that shares nothing with the library: no import from it,
 * plain maps, and bigint for every sum. It is slow and holds everything in memory; its only purpose is to be correct.
 */

type Group = readonly [Trade, ...Trade[]];

const TOP = 100;
const RANKED = ['day', 'shard', 'rank'];

/**
 * The rows of every table after these trades, each table sorted by its key.
 *
 * The trades of a partition count in offset order. The caller leaves bad records out, and no trade counts as too late.
 */
export function stockafolioOracle(trades: Iterable<WireTrade>): Map<string, DumpRow[]> {
  const all = [...trades].sort((a, b) => a.partition - b.partition || a.offset - b.offset).map(readTrade);
  return new Map([
    sorted(
      'positions',
      ['user', 'symbol'],
      groups(all, (t) => [t.user, t.symbol]).map((group) => position(group).row),
    ),
    sorted('user_totals', ['user'], groups(all, (t) => [t.user]).map(userTotal)),
    sorted('trades_by_user', ['user', '-time', 'id'], groups(all, (t) => [t.user, t.time, t.id]).map(tradeRow)),
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

interface Position {
  readonly held: bigint;
  readonly realized: bigint;
  readonly row: DumpRow;
}

/** The average cost method, sentence by sentence. */
function position(group: Group): Position {
  let [held, cost, realized] = [0n, 0n, 0n];
  for (const { side, quantity, value } of group) {
    let [rest, opening] = [quantity, value];
    if (side === 'sell' && held > 0n) {
      const closed = min(quantity, held);
      const removed = divideHalfEven(cost * closed, held);
      const proceeds = divideHalfEven(value * closed, quantity);
      realized += proceeds - removed;
      cost -= removed;
      held -= closed;
      rest -= closed;
      opening -= proceeds;
    } else if (side === 'buy' && held < 0n) {
      const closed = min(quantity, -held);
      const received = divideHalfEven(-cost * closed, -held);
      const paid = divideHalfEven(value * closed, quantity);
      realized += received - paid;
      cost += received;
      held += closed;
      rest -= closed;
      opening -= paid;
    }
    held += side === 'buy' ? rest : -rest;
    cost += side === 'buy' ? opening : -opening;
  }
  const { user, symbol } = group[0];
  const row = {
    user,
    symbol,
    sector: last(group).sector,
    quantity: shares(held),
    cost: usd(cost),
    realized: usd(realized),
    last_time: iso(group.reduce((newest, t) => (t.time > newest ? t.time : newest), group[0].time)),
  };
  return { held, realized, row };
}

function userTotal(group: Group): DumpRow {
  const positions = groups(group, (t) => [t.symbol]).map(position);
  return {
    user: group[0].user,
    trades: group.length,
    volume: shares(sum(group, (t) => t.quantity)),
    value: usd(sum(group, (t) => t.value)),
    realized: usd(positions.reduce((total, p) => total + p.realized, 0n)),
    open_positions: positions.filter((p) => p.held !== 0n).length,
  };
}

/** If two trades have one key, the row is the later in the source's order. */
function tradeRow(group: Group): DumpRow {
  const { user, time, id, symbol, sector, side, quantity, price, value } = last(group);
  const terms = { symbol, sector, side, quantity: shares(quantity), price: usd(price), value: usd(value) };
  return { user, time: iso(time), id, ...terms };
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

function last(group: Group): Trade {
  return group.at(-1) ?? group[0];
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
