import { mulDivHalfEven } from '@stockafolio/core';
import {
  MONEY_SCALE,
  QUANTITY_SCALE,
  type AccountEvent,
  type Cash,
  type CashEvent,
  type FilePlace,
  type TradeEvent,
} from '../../books/account-event.js';
import { reduced, type Ratio } from '../../books/reshape.js';
import { fitsScale, magnitude, plainDecimal, times, unitsOf, type Decimal } from './decimal-text.js';
import { EventIds } from './event-ids.js';
import { shares, type LinkedRows } from './linked-rows.js';
import { summed, type ReadRow } from './read-row.js';
import { RowProblem } from './row-fields.js';
import { ratioOf } from './split-ratio.js';

/** An event without what every event has. */
type Facts = AccountEvent extends infer E
  ? E extends AccountEvent
    ? Omit<E, 'id' | 'user' | 'time' | 'rank' | 'place'>
    : never
  : never;

/** Whose events are made, and of which file. */
export interface EventSource {
  readonly file: string;
  readonly user: string;
  /** The prefix of ids: the name of the preset. */
  readonly prefix: string;
}

/** Makes the events of rows, one row after another in the order of their times, and keeps what is held after each. */
export class EventMaker {
  /** Shares by symbol, in 1e-8, negative if short. */
  readonly held = new Map<string, number>();
  readonly #source: EventSource;
  readonly #ids: EventIds;
  readonly #links: LinkedRows;
  readonly #firstTime: number;
  #rank = 0;

  /** @param firstTime of the file's events: that of an opening balance without one */
  constructor(source: EventSource, links: LinkedRows, firstTime: number) {
    this.#source = source;
    this.#ids = new EventIds(source.prefix, source.user);
    this.#links = links;
    this.#firstTime = firstTime;
  }

  /**
   * The events of a row: none if it only says something about others.
   *
   * @throws RowProblem if the events before it contradict it; then it changes nothing
   */
  make(row: ReadRow): readonly AccountEvent[] {
    const { kind, symbol = '', quantity } = row;
    switch (kind) {
      case 'trade': {
        const units = quantity === undefined ? 0 : shares(quantity);
        const facts = tradeOf(row, this.#links.cashSides.get(row));
        this.#hold(symbol, row.side === 'sell' ? -units : units);
        return [this.#finish(row, facts)];
      }
      case 'stock-dividend':
      case 'transfer': {
        const units = quantity === undefined ? 0 : sidedUnits(quantity, row.rule.side);
        const what = kind === 'transfer' ? (units < 0 ? 'transfer-out' : 'transfer-in') : kind;
        const basis = basisOf(row);
        this.#hold(symbol, units);
        return [this.#finish(row, { kind: what, ...named(row), quantity: Math.abs(units), ...basis })];
      }
      case 'split':
      case 'split-leg':
        return kind === 'split' || this.#links.splits.has(row) ? [this.#split(row)] : [];
      case 'dividend':
        return this.#withTax(row, (amount) => ({ kind, ...named(row), ...amount, ...withheldOf(row) }));
      case 'opening':
        return this.#withTax(row, (amount) => ({ kind: 'deposit', ...amount, origin: 'opening' }));
      case 'deposit':
      case 'withdrawal':
      case 'fee':
      case 'commission':
      case 'interest':
      case 'tax':
      case 'cash-in-lieu':
        return this.#withTax(row, (amount) => ({
          kind,
          ...(row.symbol === undefined ? {} : { symbol: row.symbol }),
          ...amount,
          ...(row.rule.origin === 'card' ? { origin: 'card' as const } : {}),
        }));
      default:
        return [];
    }
  }

  /** The cash of a row that is no event otherwise. */
  cashAlone(row: ReadRow, kind: 'exchange' | 'option', cash: readonly Cash[]): readonly AccountEvent[] {
    return cash.map((each, n) =>
      this.#finish(
        row,
        { kind, ...(row.symbol === undefined ? {} : { symbol: row.symbol }), ...each },
        n === 0 ? '' : String(n + 1),
      ),
    );
  }

  /** The event of an amount, and one of the tax that it is net of. */
  #withTax(row: ReadRow, facts: (amount: Cash) => Facts): AccountEvent[] {
    const { tax, cash } = row;
    const [net] = cash;
    if (net === undefined) throw new RowProblem('amount: is missing');
    if (tax === undefined) return [this.#finish(row, facts(net))];
    if (tax.currency !== net.currency) throw new RowProblem('tax: is in another currency than the amount');
    const gross = { currency: net.currency, amount: net.amount + tax.amount };
    const paid: Pick<CashEvent, 'kind' | 'symbol' | keyof Cash> = {
      kind: 'tax',
      ...(row.symbol === undefined ? {} : { symbol: row.symbol }),
      currency: tax.currency,
      amount: 0 - tax.amount,
    };
    return [this.#finish(row, facts(gross)), this.#finish(row, paid, 'tax')];
  }

  #split(row: ReadRow): AccountEvent {
    const { symbol = '', quantity } = row;
    const held = this.held.get(symbol) ?? 0;
    const pair = this.#links.splits.get(row);
    const ratio = pair === undefined ? this.#ratio(row, held) : pairRatio(pair.out, pair.in, held);
    const after = mulDivHalfEven(held, ratio.numerator, ratio.denominator);
    const isGiven = row.numerator !== undefined && quantity !== undefined && row.rule.is === 'split';
    if (isGiven && Math.abs(after - held - unitsOf(quantity, QUANTITY_SCALE)) > 1) {
      throw new RowProblem(
        `a split of ${ratio.numerator} for ${ratio.denominator} does not make ${plainDecimal(quantity)} of ${shown(held)} shares`,
      );
    }
    const event = this.#finish(row, { kind: 'split', ...named(row), ...ratio });
    this.held.set(symbol, after);
    return event;
  }

  #ratio({ symbol = '', numerator, denominator, quantity }: ReadRow, held: number): Ratio {
    if (numerator !== undefined && denominator !== undefined) {
      const scale = Math.max(numerator.scale, denominator.scale);
      const [up, down] = [unitsOf(numerator, scale), unitsOf(denominator, scale)];
      if (up <= 0 || down <= 0) throw new RowProblem('the ratio of the split is not of positive numbers');
      return reduced(up, down);
    }
    if (quantity === undefined) throw new RowProblem('neither the ratio of the split nor its shares are given');
    // Of a rounded number of shares, the ratio is the simplest that gives it.
    const { scale } = quantity;
    const tolerance = scale === 0 ? 0 : scale >= QUANTITY_SCALE ? 1 : 10 ** (QUANTITY_SCALE - scale) / 2;
    const ratio = ratioOf(held, held + unitsOf(quantity, QUANTITY_SCALE), tolerance);
    if (ratio !== undefined) return ratio;
    throw new RowProblem(
      `a split that adds ${plainDecimal(quantity)} shares of ${symbol}, of which ${shown(held)} are held: the file does not hold the whole history`,
    );
  }

  #hold(symbol: string, change: number): void {
    const units = (this.held.get(symbol) ?? 0) + change;
    if (!Number.isSafeInteger(units)) throw new RowProblem(`the position in ${symbol} is past 2^53 units`);
    this.held.set(symbol, units);
  }

  #finish(row: ReadRow, facts: Facts, part = ''): AccountEvent {
    const time = row.time?.ms ?? this.#firstTime;
    const place: FilePlace = { file: this.#source.file, line: row.line };
    // What the file says of it alone: the ratio of a split may follow from what was held before.
    const said = [
      ...[
        facts.kind,
        time,
        row.symbol,
        row.side,
        row.quantity,
        row.price,
        row.currency,
        row.numerator,
        row.denominator,
      ],
    ].map((each) => (typeof each === 'object' ? plainDecimal(each) : each));
    const own = row.id === undefined || part === '' ? row.id : `${row.id}-${part}`;
    const id = this.#ids.next(own, [...said, row.cash, row.fees, part]);
    const note = row.note === undefined ? {} : { note: row.note.slice(0, 200) };
    return { ...facts, id, user: this.#source.user, time, rank: this.#rank++, place, ...note };
  }
}

/** A transfer is in or out as its rule says, or by the sign of its quantity. */
function sidedUnits(quantity: Decimal, side: ReadRow['rule']['side']): number {
  if (side === 'buy') return shares(quantity);
  return side === 'sell' ? 0 - shares(quantity) : unitsOf(quantity, QUANTITY_SCALE);
}

function named({ symbol = '', isin }: ReadRow): { symbol: string; isin?: string } {
  return { symbol, ...(isin === undefined ? {} : { isin }) };
}

function tradeOf(
  row: ReadRow,
  cashSide: ReadRow | undefined,
): Omit<TradeEvent, 'id' | 'user' | 'time' | 'rank' | 'place'> {
  const { side, quantity, price, currency, rule } = row;
  if (side === undefined || quantity === undefined || price === undefined || currency === undefined) {
    throw new RowProblem('a trade needs a side, a quantity, a price and a currency');
  }
  if (price.units < 0n) throw new RowProblem(`price: ${plainDecimal(price)} is negative`);
  const units = shares(quantity);
  if (units === 0) throw new RowProblem(`quantity: ${plainDecimal(quantity)} is less than 1e-8`);
  const fees = [...row.fees, ...(cashSide?.fees ?? [])];
  const [settled] = settledOf(cashSide ?? row);
  const isGift = rule.origin === 'gift';
  return {
    kind: 'trade',
    ...named(row),
    side,
    quantity: units,
    price: unitsOf(price, MONEY_SCALE),
    ...(fitsScale(price, MONEY_SCALE) ? {} : { exactPrice: plainDecimal(price) }),
    value: valueOf(quantity, price),
    currency,
    fees: summed(fees),
    ...(isGift ? { settled: { currency, amount: 0 } } : settled === undefined ? {} : { settled }),
    ...(row.settlementDate === undefined ? {} : { settlementDate: row.settlementDate }),
    ...(rule.origin === 'gift' || rule.origin === 'reinvestment' ? { origin: rule.origin } : {}),
  };
}

/** The cash of a trade, if the row says it: in one currency, but for fees that come on top in another. */
function settledOf({ amount, cash }: ReadRow): readonly Cash[] {
  return amount === undefined ? [] : cash.filter(({ currency }) => currency === amount.currency);
}

/** Quantity times price, rounded half-even once. @throws ERR_OVERFLOW */
function valueOf(quantity: Decimal, price: Decimal): number {
  return unitsOf(magnitude(times(quantity, price)), MONEY_SCALE);
}

function withheldOf({ withheld }: ReadRow): { withheld?: Cash } {
  return withheld === undefined ? {} : { withheld };
}

function basisOf({ kind, price, quantity, currency, time }: ReadRow): {
  lots?: { quantity: number; basis: Cash; opened: number }[];
} {
  if (kind !== 'transfer' || price === undefined || quantity === undefined || currency === undefined) return {};
  const basis = { currency, amount: valueOf(quantity, price) };
  return { lots: [{ quantity: shares(quantity), basis, opened: time?.ms ?? 0 }] };
}

function pairRatio(out: ReadRow, into: ReadRow, held: number): Ratio {
  const [before, after] = [out, into].map(({ quantity }) => (quantity === undefined ? 0 : shares(quantity)));
  const ratio = ratioOf(before ?? 0, after ?? 0);
  if (ratio === undefined) throw new RowProblem('the split has no shares');
  if (before !== held) {
    throw new RowProblem(`a split of ${shown(before ?? 0)} shares, but ${shown(held)} are held`);
  }
  return ratio;
}

function shown(units: number): string {
  return plainDecimal({ units: BigInt(units), scale: QUANTITY_SCALE });
}
