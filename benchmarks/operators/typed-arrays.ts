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
  SHARE,
  tradeValue,
  tradingDay,
  userTotals,
  type Trade,
} from '@stockafolio/example';

/*
 * How far one could go for this one job, on one machine, in this language: texts are numbers, the state is in typed
 * arrays, and one loop computes every figure. It returns the same rows, but handles neither late nor bad records,
 * cannot roll back, supports no checkpoint, and its sums end at 2^53; its volumes are those of whole shares.
 */

/** Assigns numbers to texts, from 0. */
class Texts {
  readonly #ids = new Map<string, number>();
  readonly names: string[] = [];

  idOf(text: string): number {
    let id = this.#ids.get(text);
    if (id === undefined) {
      id = this.names.length;
      this.#ids.set(text, id);
      this.names.push(text);
    }
    return id;
  }
}

/** Rows of numbers, addressed by two whole numbers, with those that have changed since the last commit. */
class Sums {
  readonly width: number;
  /** Row + 1 and the two parts of its key, or zeros: open addressing. */
  #index = new Int32Array(3 * 1024);
  #mask = 1023;
  #length = 0;
  #changed: number[] = [];
  cells: Float64Array;
  /** By row: the two parts of its key, and whether it has changed. */
  keys = new Int32Array(3 * 512);

  constructor(width: number) {
    this.width = width;
    this.cells = new Float64Array(width * 512);
  }

  /** The position of the cells of a key's row; all are 0 in a new row. */
  at(a: number, b: number): number {
    let place = hash(a, b) & this.#mask;
    for (; this.#index[3 * place] !== 0; place = (place + 1) & this.#mask) {
      if (this.#index[3 * place + 1] === a && this.#index[3 * place + 2] === b) {
        const row = (this.#index[3 * place] as number) - 1;
        this.#note(row);
        return row * this.width;
      }
    }
    const row = this.#length++;
    if (3 * row === this.keys.length) this.#grow();
    this.#index[3 * place] = row + 1;
    this.#index[3 * place + 1] = a;
    this.#index[3 * place + 2] = b;
    this.keys[3 * row] = a;
    this.keys[3 * row + 1] = b;
    this.#note(row);
    if (2 * this.#length > this.#mask) this.#rehash();
    return row * this.width;
  }

  /** The rows that have changed since the last call. */
  takeChanged(): readonly number[] {
    const changed = this.#changed;
    for (const row of changed) this.keys[3 * row + 2] = 0;
    this.#changed = [];
    return changed;
  }

  #note(row: number): void {
    if (this.keys[3 * row + 2] === 1) return;
    this.keys[3 * row + 2] = 1;
    this.#changed.push(row);
  }

  #grow(): void {
    const { cells, keys } = this;
    this.cells = new Float64Array(2 * cells.length);
    this.cells.set(cells);
    this.keys = new Int32Array(2 * keys.length);
    this.keys.set(keys);
  }

  #rehash(): void {
    this.#mask = 2 * this.#mask + 1;
    this.#index = new Int32Array(3 * (this.#mask + 1));
    for (let row = 0; row < this.#length; row++) {
      const a = this.keys[3 * row] as number;
      const b = this.keys[3 * row + 1] as number;
      let place = hash(a, b) & this.#mask;
      while (this.#index[3 * place] !== 0) place = (place + 1) & this.#mask;
      this.#index[3 * place] = row + 1;
      this.#index[3 * place + 1] = a;
      this.#index[3 * place + 2] = b;
    }
  }
}

/** The whole Stockafolio pipeline in typed arrays, for one partition. */
export class TypedArrays {
  readonly #shard: number;
  readonly #texts = new Texts();
  /** sector, quantity, cost, realized, last time, version */
  readonly #positions = new Sums(6);
  /** trades, volume, value, realized, open positions, version */
  readonly #users = new Sums(6);
  /** Of these: trades, volume, value, value of what was bought, version. */
  #seconds = new Sums(5);
  readonly #sectors = new Sums(5);
  readonly #symbols = new Sums(5);
  readonly #minutes = new Sums(5);
  /** price, time, version; by day, and by symbol and slot in one number */
  readonly #slots = new Sums(3);
  /** price, time, day, first price of the day, its time, version */
  readonly #prices = new Sums(6);
  /** value, volume, trades */
  readonly #traders = new Sums(3);
  readonly #tops: readonly number[][] = [[], [], []];
  /** The hundredth value of each ranking at the last commit. */
  readonly #floors = [0, 0, 0];
  readonly #position = { quantity: 0, cost: 0, realized: 0 };
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
    const shares = t.quantity / SHARE;
    const bought = t.side === 'buy' ? value : 0;
    const user = this.#texts.idOf(t.user);
    const symbol = this.#texts.idOf(t.symbol);
    const sector = this.#texts.idOf(t.sector);
    const day = this.#texts.idOf(tradingDay(t.time));
    this.#enter(t, user, symbol, sector, value, version);
    this.#put(tradesByUser, [t.user, t.time, t.id, t.symbol, t.sector, t.side, t.quantity, t.price, value], version);

    const second = Math.floor(t.time / 1000);
    if (second > this.#second) this.#closeSecond(second);
    add(this.#seconds, second, sector, shares, value, bought, version);
    add(this.#sectors, day, sector, shares, value, bought, version);
    add(this.#symbols, day, symbol, shares, value, bought, version);
    const minute = minuteOfDay(t.time);
    add(this.#minutes, day, minute, shares, value, bought, version);
    this.#quote(t, day, symbol, minute, version);

    const trader = this.#traders.at(day, user);
    const { cells } = this.#traders;
    increase(cells, trader, value);
    increase(cells, trader + 1, shares);
    increase(cells, trader + 2, 1);
  }

  /** The rows of the trades so far, and of the finished seconds. */
  drain(): readonly Mutation[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  /** Closes the open second, as when no more trades come. */
  flush(): void {
    this.#closeSecond(this.#second + 1);
  }

  commit(): readonly Mutation[] {
    const shard = this.#shard;
    const { names } = this.#texts;
    const name = (id: number | undefined): string => names[id as number] as string;
    const number = (value: number | undefined): number => value as number;
    const big = (value: number | undefined): bigint => BigInt(value as number);
    const sum = (c: Float64Array, at: number): RowValues => [
      shard,
      number(c[at]),
      volumeOf(c[at + 1]),
      big(c[at + 2]),
      big(c[at + 3]),
    ];
    this.#take(positions, this.#positions, (a, b, c, at) => [
      name(a),
      name(b),
      name(c[at]),
      number(c[at + 1]),
      number(c[at + 2]),
      number(c[at + 3]),
      number(c[at + 4]),
    ]);
    this.#take(userTotals, this.#users, (a, _, c, at) => [
      name(a),
      number(c[at]),
      volumeOf(c[at + 1]),
      number(c[at + 2]),
      number(c[at + 3]),
      number(c[at + 4]),
    ]);
    this.#take(sectorTotals, this.#sectors, (a, b, c, at) => [name(a), name(b), ...sum(c, at)]);
    this.#take(symbolTotals, this.#symbols, (a, b, c, at) => [name(a), name(b), ...sum(c, at)]);
    this.#take(minuteTotals, this.#minutes, (a, b, c, at) => [name(a), b, ...sum(c, at)]);
    this.#take(symbolPrices, this.#slots, (a, b, c, at) => [
      name(a),
      name(Math.floor(b / SLOTS)),
      (b % SLOTS) * PRICE_SLOT,
      shard,
      number(c[at]),
      number(c[at + 1]),
    ]);
    this.#take(latestPrices, this.#prices, (a, _, c, at) => [
      name(a),
      shard,
      number(c[at]),
      number(c[at + 1]),
      name(c[at + 2]),
      number(c[at + 3]),
      number(c[at + 4]),
    ]);
    const changed = this.#traders.takeChanged();
    [topTraders, topTradersByVolume, topTradersByTrades].forEach((table, by) => this.#rank(table, by, changed));
    return this.drain();
  }

  #put(table: Table, values: RowValues, version: number): void {
    this.#rows.push({ table, values, version });
  }

  /** Makes rows from the changed ones; the version is the last cell. */
  #take(table: Table, sums: Sums, row: (a: number, b: number, cells: Float64Array, at: number) => RowValues): void {
    const { cells, keys, width } = sums;
    for (const n of sums.takeChanged()) {
      const values = row(keys[3 * n] as number, keys[3 * n + 1] as number, cells, n * width);
      this.#put(table, values, cells[n * width + width - 1] as number);
    }
  }

  /** Applies a trade to its position, and the change to the user's totals. */
  #enter(t: Trade, user: number, symbol: number, sector: number, value: number, version: number): void {
    const at = this.#positions.at(user, symbol);
    const { cells } = this.#positions;
    const position = this.#position;
    position.quantity = cells[at + 1] as number;
    position.cost = cells[at + 2] as number;
    position.realized = cells[at + 3] as number;
    const realized = position.realized;
    const wasOpen = position.quantity === 0 ? 0 : 1;
    applyAverageCost(position, t.side, t.quantity, t.price);
    cells[at] = sector;
    cells[at + 1] = position.quantity;
    cells[at + 2] = position.cost;
    cells[at + 3] = position.realized;
    if (t.time > (cells[at + 4] as number)) cells[at + 4] = t.time;
    cells[at + 5] = version;

    const totals = this.#users.at(user, 0);
    const sums = this.#users.cells;
    increase(sums, totals, 1);
    increase(sums, totals + 1, t.quantity / SHARE);
    increase(sums, totals + 2, value);
    increase(sums, totals + 3, position.realized - realized);
    increase(sums, totals + 4, (position.quantity === 0 ? 0 : 1) - wasOpen);
    sums[totals + 5] = version;
  }

  #quote(t: Trade, day: number, symbol: number, minute: number, version: number): void {
    const slot = this.#slots.at(day, symbol * SLOTS + Math.floor(minute / PRICE_SLOT));
    const slots = this.#slots.cells;
    if (t.time >= (slots[slot + 1] as number)) {
      slots[slot] = t.price;
      slots[slot + 1] = t.time;
    }
    slots[slot + 2] = version;
    const price = this.#prices.at(symbol, 0);
    const prices = this.#prices.cells;
    if (t.time >= (prices[price + 1] as number)) {
      if (prices[price + 1] === 0 || prices[price + 2] !== day) {
        prices[price + 2] = day;
        prices[price + 3] = t.price;
        prices[price + 4] = t.time;
      }
      prices[price] = t.price;
      prices[price + 1] = t.time;
    }
    prices[price + 5] = version;
  }

  #closeSecond(second: number): void {
    const { names } = this.#texts;
    const { cells, keys } = this.#seconds;
    const start = this.#second * 1000;
    const [day, minute] = [tradingDay(start), minuteOfDay(start)];
    for (const row of this.#seconds.takeChanged()) {
      const [trades = 0, volume = 0, value = 0, , version = 0] = cells.subarray(5 * row, 5 * row + 5);
      const sector = names[keys[3 * row + 1] as number] as string;
      this.#put(
        sectorSeconds,
        [day, minute, start, sector, this.#shard, trades, volumeOf(volume), BigInt(value)],
        version,
      );
    }
    this.#seconds = new Sums(5);
    this.#second = second;
  }

  #rank(table: Table, by: number, changed: readonly number[]): void {
    const kept = this.#tops[by] as number[];
    const { cells, keys } = this.#traders;
    const { names } = this.#texts;
    const measure = (row: number): number => cells[3 * row + by] as number;
    const user = (row: number): string => names[keys[3 * row + 1] as number] ?? '';
    const floor = this.#floors[by] as number;
    const [top, anew] = [new Set(kept), new Set(changed)];
    for (const row of changed) if (measure(row) >= floor) top.add(row);
    const ranked = [...top].sort((a, b) => measure(b) - measure(a) || (user(a) < user(b) ? -1 : 1)).slice(0, 100);
    ranked.forEach((row, n) => {
      if (kept[n] === row && !anew.has(row)) return;
      const [value = 0, volume = 0, trades = 0] = cells.subarray(3 * row, 3 * row + 3);
      const day = names[keys[3 * row] as number] as string;
      this.#put(table, [day, this.#shard, n + 1, user(row), value, volumeOf(volume), trades], this.#version);
      kept[n] = row;
    });
    const last = ranked[99];
    if (last !== undefined) this.#floors[by] = measure(last);
  }
}

/** Minutes of a row of symbol_prices, and how many of them a day has. */
const PRICE_SLOT = 10;
const SLOTS = (24 * 60) / PRICE_SLOT;

/** Whole shares as a volume. */
function volumeOf(shares: number | undefined): bigint {
  return BigInt(shares as number) * BigInt(SHARE);
}

function increase(cells: Float64Array, at: number, amount: number): void {
  cells[at] = (cells[at] as number) + amount;
}

function add(sums: Sums, a: number, b: number, volume: number, value: number, bought: number, version: number): void {
  const at = sums.at(a, b);
  const { cells } = sums;
  increase(cells, at, 1);
  increase(cells, at + 1, volume);
  increase(cells, at + 2, value);
  increase(cells, at + 3, bought);
  cells[at + 4] = version;
}

function hash(a: number, b: number): number {
  let h = Math.imul(a, 0x9e3779b1) ^ Math.imul(b + 0x632be5ab, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return h ^ (h >>> 13);
}
