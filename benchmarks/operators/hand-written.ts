import type { Table } from '@stockafolio/core';
import type { Mutation, RowValues } from '@stockafolio/core/ports';
import {
  applyAverageCost,
  latestPrices,
  minuteOfDay,
  minuteTotals,
  positions,
  sectorSeconds,
  sectorTotals,
  symbolPrices,
  symbolTotals,
  topTraders,
  topTradersByTrades,
  topTradersByVolume,
  tradesByUser,
  tradeValue,
  tradingDay,
  userTotals,
  type Trade,
} from '@stockafolio/example';

/*
 * What a good engineer would write for this one job: plain objects in Maps with joined keys, as in code without a
 * library. It folds the same figures, keeps the version of every row and the rows changed since the last commit, and
 * returns the same rows.
 */

interface Position {
  user: string;
  symbol: string;
  sector: string;
  quantity: number;
  cost: number;
  realized: number;
  lastTime: number;
  version: number;
}
interface UserSum {
  user: string;
  trades: number;
  volume: number;
  value: number;
  realized: number;
  open: number;
  version: number;
}
interface Sum {
  key: readonly (string | number)[];
  trades: number;
  volume: bigint;
  value: bigint;
  buyValue: bigint;
  version: number;
}
interface Trader {
  day: string;
  user: string;
  value: number;
  volume: number;
  trades: number;
}
interface SlotPrice {
  key: readonly (string | number)[];
  price: number;
  time: number;
  version: number;
}
interface Price {
  symbol: string;
  price: number;
  time: number;
  day: string;
  dayOpen: number;
  dayOpenTime: number;
  version: number;
}

/** The whole Stockafolio pipeline by hand, for one partition. */
export class HandWritten {
  readonly #shard: number;
  readonly #positions = new Map<string, Position>();
  readonly #users = new Map<string, UserSum>();
  readonly #seconds = new Map<string, Sum>();
  readonly #sectors = new Map<string, Sum>();
  readonly #symbols = new Map<string, Sum>();
  readonly #slots = new Map<string, SlotPrice>();
  readonly #minutes = new Map<string, Sum>();
  readonly #traders = new Map<string, Trader>();
  readonly #tops = { value: [] as Trader[], volume: [] as Trader[], trades: [] as Trader[] };
  /** The hundredth value of each ranking at the last commit. */
  readonly #floors = { value: 0, volume: 0, trades: 0 };
  readonly #prices = new Map<string, Price>();
  readonly #changed = {
    positions: new Set<Position>(),
    users: new Set<UserSum>(),
    sectors: new Set<Sum>(),
    symbols: new Set<Sum>(),
    slots: new Set<SlotPrice>(),
    minutes: new Set<Sum>(),
    traders: new Set<Trader>(),
    prices: new Set<Price>(),
  };
  #rows: Mutation[] = [];
  #version = 0;
  #second = 0;

  constructor(shard: number) {
    this.#shard = shard;
  }

  push(t: Trade): void {
    const version = Math.max(this.#version + 1, t.time * 1000);
    this.#version = version;
    const value = tradeValue(t.quantity, t.price);
    const day = tradingDay(t.time);

    const positionKey = `${t.user}|${t.symbol}`;
    let position = this.#positions.get(positionKey);
    if (position === undefined) {
      position = {
        user: t.user,
        symbol: t.symbol,
        sector: '',
        quantity: 0,
        cost: 0,
        realized: 0,
        lastTime: 0,
        version,
      };
      this.#positions.set(positionKey, position);
    }
    const realized = position.realized;
    const wasOpen = position.quantity === 0 ? 0 : 1;
    applyAverageCost(position, t.side, t.quantity, t.price);
    position.sector = t.sector;
    if (t.time > position.lastTime) position.lastTime = t.time;
    position.version = version;
    this.#changed.positions.add(position);

    let user = this.#users.get(t.user);
    if (user === undefined) {
      user = { user: t.user, trades: 0, volume: 0, value: 0, realized: 0, open: 0, version };
      this.#users.set(t.user, user);
    }
    user.trades++;
    user.volume += t.quantity;
    user.value += value;
    user.realized += position.realized - realized;
    user.open += (position.quantity === 0 ? 0 : 1) - wasOpen;
    user.version = version;
    this.#changed.users.add(user);

    this.#put(tradesByUser, [t.user, t.time, t.id, t.symbol, t.sector, t.side, t.quantity, t.price, value], version);

    const start = Math.floor(t.time / 1000) * 1000;
    if (start > this.#second) this.#closeSecond(start);
    this.#add(this.#seconds, t.sector, [start, t.sector], t, value, version);
    this.#changed.sectors.add(this.#add(this.#sectors, `${day}|${t.sector}`, [day, t.sector], t, value, version));
    this.#changed.symbols.add(this.#add(this.#symbols, `${day}|${t.symbol}`, [day, t.symbol], t, value, version));
    const minute = minuteOfDay(t.time);
    const slot = minute - (minute % 10);
    const slotKey = `${day}|${t.symbol}|${slot}`;
    let slotPrice = this.#slots.get(slotKey);
    if (slotPrice === undefined) {
      slotPrice = { key: [day, t.symbol, slot], price: 0, time: 0, version };
      this.#slots.set(slotKey, slotPrice);
    }
    if (t.time >= slotPrice.time) {
      slotPrice.price = t.price;
      slotPrice.time = t.time;
    }
    slotPrice.version = version;
    this.#changed.slots.add(slotPrice);
    this.#changed.minutes.add(this.#add(this.#minutes, `${day}|${minute}`, [day, minute], t, value, version));

    const traderKey = `${day}|${t.user}`;
    let trader = this.#traders.get(traderKey);
    if (trader === undefined) {
      trader = { day, user: t.user, value: 0, volume: 0, trades: 0 };
      this.#traders.set(traderKey, trader);
    }
    trader.value += value;
    trader.volume += t.quantity;
    trader.trades++;
    this.#changed.traders.add(trader);

    let price = this.#prices.get(t.symbol);
    if (price === undefined) {
      price = { symbol: t.symbol, price: 0, time: 0, day: '', dayOpen: 0, dayOpenTime: 0, version };
      this.#prices.set(t.symbol, price);
    }
    if (t.time >= price.time) {
      price.price = t.price;
      price.time = t.time;
      if (price.day !== day) {
        price.day = day;
        price.dayOpen = t.price;
        price.dayOpenTime = t.time;
      }
    }
    price.version = version;
    this.#changed.prices.add(price);
  }

  commit(): readonly Mutation[] {
    const changed = this.#changed;
    const shard = this.#shard;
    for (const p of changed.positions) {
      this.#put(positions, [p.user, p.symbol, p.sector, p.quantity, p.cost, p.realized, p.lastTime], p.version);
    }
    for (const u of changed.users) {
      this.#put(userTotals, [u.user, u.trades, BigInt(u.volume), u.value, u.realized, u.open], u.version);
    }
    for (const [table, sums] of [
      [sectorTotals, changed.sectors],
      [symbolTotals, changed.symbols],
      [minuteTotals, changed.minutes],
    ] as const) {
      for (const s of sums) this.#put(table, [...s.key, shard, s.trades, s.volume, s.value, s.buyValue], s.version);
    }
    for (const s of changed.slots) this.#put(symbolPrices, [...s.key, shard, s.price, s.time], s.version);
    for (const p of changed.prices) {
      this.#put(latestPrices, [p.symbol, shard, p.price, p.time, p.day, p.dayOpen, p.dayOpenTime], p.version);
    }
    this.#rank(topTraders, 'value');
    this.#rank(topTradersByVolume, 'volume');
    this.#rank(topTradersByTrades, 'trades');
    for (const set of Object.values(changed)) set.clear();
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  #put(table: Table, values: RowValues, version: number): void {
    this.#rows.push({ table, values, version });
  }

  #add(
    sums: Map<string, Sum>,
    id: string,
    key: readonly (string | number)[],
    t: Trade,
    value: number,
    version: number,
  ): Sum {
    let sum = sums.get(id);
    if (sum === undefined) {
      sum = { key, trades: 0, volume: 0n, value: 0n, buyValue: 0n, version };
      sums.set(id, sum);
    }
    sum.trades++;
    sum.volume += BigInt(t.quantity);
    sum.value += BigInt(value);
    if (t.side === 'buy') sum.buyValue += BigInt(value);
    sum.version = version;
    return sum;
  }

  #closeSecond(start: number): void {
    const [day, minute] = [tradingDay(this.#second), minuteOfDay(this.#second)];
    for (const { key, trades, volume, value, version } of this.#seconds.values()) {
      this.#put(sectorSeconds, [day, minute, ...key, this.#shard, trades, volume, value], version);
    }
    this.#seconds.clear();
    this.#second = start;
  }

  #rank(table: Table, by: 'value' | 'volume' | 'trades'): void {
    const kept = this.#tops[by];
    const top = new Set(kept);
    for (const trader of this.#changed.traders) if (trader[by] >= this.#floors[by]) top.add(trader);
    const ranked = [...top].sort((a, b) => b[by] - a[by] || (a.user < b.user ? -1 : 1)).slice(0, 100);
    ranked.forEach((trader, n) => {
      if (kept[n] === trader && !this.#changed.traders.has(trader)) return;
      const { day, user, value, volume, trades } = trader;
      this.#put(table, [day, this.#shard, n + 1, user, value, BigInt(volume), trades], this.#version);
      kept[n] = trader;
    });
    this.#floors[by] = ranked[99]?.[by] ?? 0;
  }
}
