import { iso, shares, sorted, usd, type DumpRow } from './dump-form.js';
import { AccountsOracle } from './accounts-oracle.js';
import { divideHalfEven, newYorkDay, readEvent, type Event, type WireEvent } from './wire-event.js';

/** How lots are chosen here. */
export type OracleMethod = 'fifo' | 'lifo' | 'hifo';

/** Shares that were opened together, as sizes: whether they are short is that of the position. */
interface Open {
  readonly id: string;
  readonly opened: number;
  quantity: bigint;
  money: bigint;
}

/** What is exchanged for money: a trade, or a fraction of a share. */
interface Exchange {
  readonly quantity: bigint;
  readonly money: bigint;
  /** Closed shares leave without a gain. */
  readonly isTransfer?: boolean;
}

const ONE = 10n ** 8n;

/**
 * The rows of `lots` and `realized_gains` after these events, each table sorted by its key; shares nothing with the
 * library, as `stockafolioOracle`. The events of a partition count in offset order.
 */
export function lotsOracle(messages: Iterable<WireEvent>, method: OracleMethod): Map<string, DumpRow[]> {
  const accounts = new AccountsOracle();
  const positions = new Map<string, LotsOfPosition>();
  for (const message of [...messages].sort((a, b) => a.partition - b.partition || a.offset - b.offset)) {
    const event = readEvent(message);
    if (!accounts.take(event)) continue;
    if (event.trade === undefined && !SHARES.has(event.kind)) continue;
    const name = JSON.stringify([event.user, event.symbol]);
    const own = positions.get(name) ?? new LotsOfPosition(event, method);
    positions.set(name, own);
    own.take(event);
  }
  const all = [...positions.values()];
  return new Map([
    sorted(
      'lots',
      ['user', 'symbol', 'number'],
      all.flatMap((own) => own.rows()),
    ),
    sorted(
      'realized_gains',
      ['user', '-closed', 'symbol', 'number'],
      all.flatMap(({ gains }) => gains),
    ),
  ]);
}

const SHARES: ReadonlySet<string> = new Set(['split', 'stock-dividend', 'transfer-in', 'transfer-out']);

/** The lots of a user's symbol; the events are known to be possible. */
class LotsOfPosition {
  readonly gains: DumpRow[] = [];
  readonly #first: Event;
  readonly #method: OracleMethod;
  /** By their number, from `#from` on; a lot that left from the middle is undefined. */
  #lots: (Open | undefined)[] = [];
  #isShort = false;

  constructor(first: Event, method: OracleMethod) {
    this.#first = first;
    this.#method = method;
  }

  take(event: Event): void {
    const { trade, kind, quantity = 0n, id, time, commission = 0n } = event;
    if (trade !== undefined) {
      const isSale = trade.side === 'sell';
      const money = isSale ? trade.value - commission : trade.value + commission;
      const left = this.#close(event, { quantity: trade.quantity, money }, isSale);
      if (left.quantity === 0n) return;
      this.#isShort = isSale;
      this.#lots.push({ id, opened: time, ...left });
    } else if (kind === 'transfer-in') {
      const came = { id, opened: event.opened ?? time, quantity, money: event.value ?? 0n };
      this.#isShort = false;
      this.#lots = [...this.#open(), came].sort((a, b) => a.opened - b.opened);
    } else if (kind === 'transfer-out') {
      this.#close(event, { quantity, money: 0n, isTransfer: true }, !this.#isShort);
    } else this.#scale(event);
  }

  #open(): Open[] {
    return this.#lots.filter((lot) => lot !== undefined);
  }

  /** Closes lots, if it is against them. Returns what is left of it. */
  #close(event: Event, of: Exchange, isSale: boolean): { readonly quantity: bigint; readonly money: bigint } {
    const held = this.#open().reduce((sum, { quantity }) => sum + quantity, 0n);
    if (held === 0n || isSale === this.#isShort) return { quantity: of.quantity, money: of.money };
    const closing = of.quantity < held ? of.quantity : held;
    let received = divideHalfEven(of.money * closing, of.quantity);
    const left = { quantity: of.quantity - closing, money: of.money - received };
    let rest = closing;
    while (rest > 0n) {
      const lot = chosen(this.#open(), this.#method);
      const taken = rest < lot.quantity ? rest : lot.quantity;
      const exchanged = divideHalfEven(received * taken, rest);
      const carried = divideHalfEven(lot.money * taken, lot.quantity);
      if (of.isTransfer !== true) this.#gain(event, lot, taken, exchanged, carried);
      lot.quantity -= taken;
      lot.money -= carried;
      received -= exchanged;
      rest -= taken;
      if (lot.quantity === 0n) this.#lots[this.#lots.indexOf(lot)] = undefined;
    }
    // Numbers go on from the last lot that is open.
    while (this.#lots.length > 0 && this.#lots.at(-1) === undefined) this.#lots.pop();
    return left;
  }

  /** By a ratio: what the first lots have together is rounded down, for each number of them. */
  #scale(event: Event): void {
    const { kind, quantity = 0n, amount, numerator, denominator } = event;
    const lots = this.#open();
    const held = lots.reduce((sum, lot) => sum + lot.quantity, 0n);
    const [up, down] = kind === 'split' ? [numerator, denominator] : [held + quantity, held];
    let [before, after, homeless] = [0n, 0n, 0n];
    const scaled: Open[] = [];
    for (const { id, opened, quantity: own, money } of lots) {
      before += own;
      const total = (before * up) / down;
      const now = total - after;
      after = total;
      homeless += money;
      if (now === 0n) continue;
      scaled.push({ id, opened, quantity: now, money: homeless });
      homeless = 0n;
    }
    const last = scaled.at(-1);
    if (last !== undefined) last.money += homeless;
    this.#lots = scaled;
    if (amount === undefined) return;
    const cash = amount < 0n ? -amount : amount;
    const fraction = after % ONE;
    if (fraction > 0n) {
      this.#close(event, { quantity: fraction, money: cash }, !this.#isShort);
    } else this.#gain(event, scaled[0] as Open, 0n, cash, 0n);
  }

  #gain(
    { user, id, time, symbol = '', currency }: Event,
    lot: Open,
    taken: bigint,
    exchanged: bigint,
    carried: bigint,
  ): void {
    const [proceeds, basis] = this.#isShort ? [carried, exchanged] : [exchanged, carried];
    const isLong = !this.#isShort && newYorkDay(time) > yearAfter(newYorkDay(lot.opened));
    this.gains.push({
      ...{ user, closed: iso(time), symbol, number: this.gains.length, trade: id },
      ...{ lot: lot.id, opened: iso(lot.opened), quantity: shares(this.#isShort ? -taken : taken) },
      ...{ proceeds: usd(proceeds), basis: usd(basis), gain: usd(proceeds - basis), term: isLong ? 'long' : 'short' },
      ...(currency === 'USD' ? {} : { currency }),
    });
  }

  rows(): DumpRow[] {
    const { user, symbol = '', currency } = this.#first;
    const sign = this.#isShort ? -1n : 1n;
    return this.#lots.flatMap((lot, number) => {
      if (lot === undefined) return [];
      const { id, opened, quantity, money } = lot;
      return [
        {
          ...{ user, symbol, number, lot: id, opened: iso(opened) },
          ...{ quantity: shares(sign * quantity), basis: usd(sign * money) },
          ...(currency === 'USD' ? {} : { currency }),
        },
      ];
    });
  }
}

/** There is at least one. */
function chosen(lots: readonly Open[], method: OracleMethod): Open {
  const [first, last] = [lots[0] as Open, lots.at(-1) as Open];
  if (method === 'fifo') return first;
  if (method === 'lifo') return last;
  // Of equal prices the oldest: only a larger one replaces it.
  return lots.reduce((best, lot) => (lot.money * best.quantity > best.money * lot.quantity ? lot : best), first);
}

/** The same day of the next year; of 29 February the last of the month. */
function yearAfter(day: string): string {
  const next = `${Number(day.slice(0, 4)) + 1}${day.slice(4)}`;
  return next.endsWith('-02-29') ? `${next.slice(0, 4)}-02-28` : next;
}
