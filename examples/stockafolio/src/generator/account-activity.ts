import type { CorporateAction } from '../action-stream.js';
import type { StreamEvent } from '../account-stream.js';
import { SHARE } from '../quantity.js';
import { valueOf, type Trade } from '../trade.js';
import { checkOptions, type GeneratorOptions } from './options.js';
import { fractionalQuantityOf } from './quantity.js';
import { randomOf, type Random } from './random.js';
import { TradeGenerator } from './trade-generator.js';

const DAY = 86_400_000;
/** One of this many trades has a commission. */
const CHARGED = 8;

/** What an event is, beside whose and when. */
type Facts = Omit<StreamEvent, 'id' | 'user' | 'time'>;

/**
 * Trades of the S&P 500, and between them other events of the same accounts: cash, dividends, splits, transfers, trades in
 * euros. They are of the user and often of the symbol of the trade before, at its time. Some are not possible, as some of
 * real producers are: a split of shares that were sold, shares that leave and are not held. The stream rejects these.
 *
 * The trades are those of {@link TradeGenerator} with the same options, but some have a commission.
 *
 * @example new AccountActivity({ trades: 1000, users: 50, seed: 7, start, rate: 10, events: 0.05 }).next(100);
 */
export class AccountActivity {
  readonly #trades: TradeGenerator;
  readonly #random: Random;
  readonly #events: number;
  readonly #prefix: string;
  /** How many records are left to make. */
  #left: number;
  #made = 0;
  #last: Trade | undefined;

  /** @param options `trades` counts all records; `events` is the part of them that are no trades of {@link TradeGenerator} */
  constructor(options: GeneratorOptions) {
    checkOptions(options);
    this.#trades = new TradeGenerator(options);
    this.#random = randomOf(options.seed, 5);
    this.#events = options.events ?? 0;
    this.#left = options.trades;
    this.#prefix = `e${options.seed}-`;
  }

  /** The next records, as many as requested; fewer only at the end, none after it. */
  next(count: number): StreamEvent[] {
    const records: StreamEvent[] = [];
    while (records.length < count && this.#left > 0) {
      const record = this.#make();
      if (record === undefined) break;
      records.push(record);
      this.#left -= 1;
    }
    return records;
  }

  /** See {@link TradeGenerator.takeActions}. */
  takeActions(): readonly CorporateAction[] {
    return this.#trades.takeActions();
  }

  #make(): StreamEvent | undefined {
    const last = this.#last;
    if (last !== undefined && this.#random.fraction() < this.#events) {
      const id = this.#prefix + (this.#made++).toString(36);
      return { id, user: last.user, ...this.#facts(last), time: last.time };
    }
    const [trade] = this.#trades.next(1);
    if (trade === undefined) return undefined;
    this.#last = trade;
    if (this.#random.below(CHARGED) > 0) return trade;
    return { ...trade, commission: Math.min(this.#random.below(20_0000), valueOf(trade)) };
  }

  #facts(last: Trade): Facts {
    const { symbol, sector } = last;
    const kind = this.#random.below(100);
    if (kind < 12) return { kind: 'deposit', amount: this.#amount() };
    if (kind < 20) return { kind: 'withdrawal', amount: 0 - this.#amount() };
    if (kind < 36) return { kind: 'dividend', symbol, amount: this.#amount() };
    if (kind < 44) return { kind: 'tax', symbol, amount: 0 - this.#amount() };
    if (kind < 50) return { kind: 'interest', amount: this.#amount() - 100_0000 };
    if (kind < 56) return { kind: 'fee', amount: 0 - this.#amount() };
    if (kind < 59) return { kind: 'option', amount: this.#amount() - 500_0000 };
    if (kind < 62) return { kind: 'exchange', currency: 'EUR', amount: this.#amount() };
    if (kind < 70) return { symbol, ...this.#split() };
    if (kind < 75) return { kind: 'stock-dividend', symbol, quantity: fractionalQuantityOf(this.#random) };
    if (kind < 84) {
      const bought = { value: this.#amount(), opened: last.time - this.#random.below(1500) * DAY };
      return { kind: 'transfer-in', symbol, sector, quantity: (1 + this.#random.below(300)) * SHARE, ...bought };
    }
    if (kind < 90) return { kind: 'transfer-out', symbol, quantity: (1 + this.#random.below(120)) * SHARE };
    return this.#foreignTrade(last);
  }

  #split(): Pick<StreamEvent, 'kind' | 'numerator' | 'denominator' | 'amount'> {
    const ratios = [2, 3, 4, 1.5, 0.1, 1.25] as const;
    const ratio = ratios[this.#random.below(ratios.length)] ?? 2;
    const isWhole = Number.isInteger(ratio);
    const of = {
      kind: 'split' as const,
      numerator: isWhole ? ratio : Math.round(ratio * 20),
      denominator: isWhole ? 1 : 20,
    };
    return isWhole || this.#random.below(2) === 0 ? of : { ...of, amount: 1 + this.#random.below(200_0000) };
  }

  /** A trade in euros, at a price of more than four decimals. */
  #foreignTrade({ side, symbol }: Trade): Facts {
    // Shares that are held in dollars are refused in euros.
    const other = this.#random.below(8) === 0 ? symbol : 'SAP.DE';
    const price = 50_0000 + this.#random.below(150_0000);
    const shares = 1 + this.#random.below(200);
    return {
      ...{ symbol: other, sector: 'Information Technology', side, quantity: shares * SHARE, price, currency: 'EUR' },
      ...{ value: shares * price + this.#random.below(shares), commission: this.#random.below(10_0000) },
    };
  }

  #amount(): number {
    return 1 + this.#random.below(1000_0000);
  }
}
