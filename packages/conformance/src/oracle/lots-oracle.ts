import { iso, shares, sorted, usd, type DumpRow } from './dump-form.js';
import { divideHalfEven, readTrade, type Trade, type WireEvent } from './wire-event.js';

/** How lots are chosen here. */
export type OracleMethod = 'fifo' | 'lifo' | 'hifo';

/** Shares that were opened together, as sizes: whether they are short is that of the position. */
interface Open {
  readonly number: number;
  readonly opening: Trade;
  quantity: bigint;
  money: bigint;
}

/**
 * The rows of `lots` and `realized_gains` after these trades, each table sorted by its key; shares nothing with the
 * library, as `stockafolioOracle`. The trades of a partition count in offset order.
 */
export function lotsOracle(trades: Iterable<WireEvent>, method: OracleMethod): Map<string, DumpRow[]> {
  const all = [...trades].sort((a, b) => a.partition - b.partition || a.offset - b.offset).map(readTrade);
  const positions = new Map<string, Trade[]>();
  for (const trade of all) {
    const name = JSON.stringify([trade.user, trade.symbol]);
    positions.set(name, [...(positions.get(name) ?? []), trade]);
  }
  const [open, gains]: [DumpRow[], DumpRow[]] = [[], []];
  for (const own of positions.values()) {
    const rows = play(own, method);
    open.push(...rows.open);
    gains.push(...rows.gains);
  }
  return new Map([
    sorted('lots', ['user', 'symbol', 'number'], open),
    sorted('realized_gains', ['user', '-closed', 'symbol', 'number'], gains),
  ]);
}

function play(trades: readonly Trade[], method: OracleMethod): { readonly open: DumpRow[]; readonly gains: DumpRow[] } {
  let lots: Open[] = [];
  let isShort = false;
  const gains: DumpRow[] = [];
  for (const trade of trades) {
    const opens = trade.side === 'sell';
    let [left, money] = [trade.quantity, trade.value];
    if (lots.length > 0 && opens !== isShort) {
      const held = lots.reduce((sum, { quantity }) => sum + quantity, 0n);
      const closing = left < held ? left : held;
      let received = divideHalfEven(money * closing, left);
      money -= received;
      let rest = closing;
      while (rest > 0n) {
        const lot = chosen(lots, method);
        const taken = rest < lot.quantity ? rest : lot.quantity;
        const exchanged = divideHalfEven(received * taken, rest);
        const carried = divideHalfEven(lot.money * taken, lot.quantity);
        gains.push(gainRow(trade, lot, taken, { exchanged, carried, isShort, number: gains.length }));
        lot.quantity -= taken;
        lot.money -= carried;
        received -= exchanged;
        rest -= taken;
        lots = lots.filter(({ quantity }) => quantity > 0n);
      }
      left -= closing;
    }
    if (left === 0n) continue;
    isShort = opens;
    lots.push({ number: (lots.at(-1)?.number ?? -1) + 1, opening: trade, quantity: left, money });
  }
  const sign = isShort ? -1n : 1n;
  const open = lots.map(({ number, opening, quantity, money }) => ({
    ...{ user: opening.user, symbol: opening.symbol, number, lot: opening.id, opened: iso(opening.time) },
    ...{ quantity: shares(sign * quantity), basis: usd(sign * money) },
  }));
  return { open, gains };
}

/** There is at least one. */
function chosen(lots: readonly Open[], method: OracleMethod): Open {
  const [first, last] = [lots[0] as Open, lots.at(-1) as Open];
  if (method === 'fifo') return first;
  if (method === 'lifo') return last;
  // Of equal prices the oldest: only a larger one replaces it.
  return lots.reduce((best, lot) => (lot.money * best.quantity > best.money * lot.quantity ? lot : best), first);
}

function gainRow(
  trade: Trade,
  { opening }: Open,
  taken: bigint,
  of: { readonly exchanged: bigint; readonly carried: bigint; readonly isShort: boolean; readonly number: number },
): DumpRow {
  const [proceeds, basis] = of.isShort ? [of.carried, of.exchanged] : [of.exchanged, of.carried];
  return {
    ...{ user: trade.user, closed: iso(trade.time), symbol: trade.symbol, number: of.number, trade: trade.id },
    ...{ lot: opening.id, opened: iso(opening.time), quantity: shares(of.isShort ? -taken : taken) },
    ...{ proceeds: usd(proceeds), basis: usd(basis), gain: usd(proceeds - basis) },
    term: !of.isShort && trade.day > yearAfter(opening.day) ? 'long' : 'short',
  };
}

/** The same day of the next year; of 29 February the last of the month. */
function yearAfter(day: string): string {
  const next = `${Number(day.slice(0, 4)) + 1}${day.slice(4)}`;
  return next.endsWith('-02-29') ? `${next.slice(0, 4)}-02-28` : next;
}
