import type { CorporateAction } from '../action-stream.js';
import { isCashFlow, isTrade, type StreamEvent } from '../account-stream.js';
import { SHARE } from '../quantity.js';
import { AccountActivity } from './account-activity.js';
import type { GeneratorOptions } from './options.js';
import { randomOf, type Random } from './random.js';

/** An amendment speaks of one of this many events before it. */
const RECENT = 256;
/** One of this many speaks of an event that does not exist. */
const UNKNOWN = 24;

/**
 * The activity of accounts, and between its events some that withdraw or correct earlier ones of the same user: trades,
 * other events, corrections. Some speak of what was withdrawn, or never was. The events are those of
 * {@link AccountActivity} with the same options.
 *
 * @example new AmendedActivity({ trades: 1000, users: 50, seed: 7, start, rate: 10, amendments: 0.02 }).next(100);
 */
export class AmendedActivity {
  readonly #activity: AccountActivity;
  readonly #random: Random;
  readonly #part: number;
  readonly #prefix: string;
  readonly #recent: StreamEvent[] = [];
  #left: number;
  #made = 0;

  /** @param options `trades` counts all records; `amendments` is the part of them that amend others */
  constructor(options: GeneratorOptions) {
    this.#activity = new AccountActivity(options);
    this.#random = randomOf(options.seed, 6);
    this.#part = options.amendments ?? 0;
    this.#prefix = `a${options.seed}-`;
    this.#left = options.trades;
  }

  /** The next records, as many as requested; fewer only at the end, none after it. */
  next(count: number): StreamEvent[] {
    const records: StreamEvent[] = [];
    while (records.length < count && this.#left > 0) {
      const record = this.#amendment() ?? this.#activity.next(1)[0];
      if (record === undefined) break;
      this.#recent.push(record);
      if (this.#recent.length > RECENT) this.#recent.shift();
      records.push(record);
      this.#left -= 1;
    }
    return records;
  }

  /** See `TradeGenerator.takeActions`. */
  takeActions(): readonly CorporateAction[] {
    return this.#activity.takeActions();
  }

  #amendment(): StreamEvent | undefined {
    const last = this.#recent.at(-1);
    if (last === undefined || this.#random.fraction() >= this.#part) return undefined;
    const target = this.#recent[this.#random.below(this.#recent.length)] ?? last;
    const id = this.#prefix + (this.#made++).toString(36);
    const amends = this.#random.below(UNKNOWN) === 0 ? `${id}-nothing` : target.id;
    const of = { id, user: target.user, time: last.time, amends };
    const says = this.#random.below(3) === 0 ? undefined : this.#saysOf(target);
    return says === undefined ? { ...of, kind: 'bust' } : { ...of, kind: 'correct', ...says };
  }

  /** What a correction says of an event, or of an earlier correction; undefined if it is better withdrawn. */
  #saysOf(target: StreamEvent): Partial<StreamEvent> | undefined {
    if (isCashFlow(target)) return { amount: 1 + this.#random.below(1000_0000) };
    if (!isTrade(target) && target.price === undefined) return undefined;
    const choice = this.#random.below(10);
    if (choice < 4) return { price: Math.max(1, (target.price ?? 100_0000) + this.#random.below(2_0000) - 1_0000) };
    if (choice < 7) return { price: target.price ?? 100_0000, quantity: (1 + this.#random.below(300)) * SHARE };
    if (choice < 8) return { side: target.side === 'buy' ? 'sell' : 'buy', price: target.price };
    if (choice < 9) return { symbol: 'MSFT', sector: 'Information Technology', price: target.price };
    return { commission: this.#random.below(5_0000), price: target.price };
  }
}
