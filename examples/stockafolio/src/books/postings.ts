import { safe } from './exact.js';

/**
 * The accounts of the ledger.
 *
 * - `cash` is settled, `cash:unsettled` is to be received (above 0) or paid (below 0) for trades.
 * - `securities` are the shares, and their cost: the basis of the lots.
 * - `gains:realized`, income and expenses: what changed the worth of the account. A gain is below 0, a cost above 0.
 * - `expenses:differences`: what the source's amount of a trade differs by from value and fees in the same currency.
 * - `equity:deposits`: cash from and to outside, opening balances among it. `equity:transfers`: shares, at their basis.
 * - `equity:market` and `equity:actions`: where shares came from, or went to, by trades and by corporate actions.
 * - `equity:conversion:A-B`: one side of an exchange of currencies in each of them; `equity:conversion` of one whose other
 *   side is an event of its own.
 * - `equity:options`: cash of contracts, which are not kept.
 * - `suspense`: the other side of money whose meaning is not known; the ledger says of which events.
 */
export type LedgerAccount =
  | 'cash'
  | 'cash:unsettled'
  | 'securities'
  | 'gains:realized'
  | 'income:dividends'
  | 'income:interest'
  | 'expenses:fees'
  | 'expenses:commissions'
  | 'expenses:taxes'
  | 'expenses:differences'
  | 'equity:deposits'
  | 'equity:transfers'
  | 'equity:market'
  | 'equity:actions'
  | 'equity:conversion'
  | `equity:conversion:${string}`
  | 'equity:options'
  | 'suspense';

/** An amount in 1e-4 of a currency. One of `securities` is the cost of the shares of `symbol`. */
export interface MoneyPosting {
  readonly kind: 'money';
  readonly account: LedgerAccount;
  readonly currency: string;
  readonly amount: number;
  readonly symbol?: string;
}

/** Shares in 1e-8. */
export interface SharesPosting {
  readonly kind: 'shares';
  readonly account: LedgerAccount;
  readonly symbol: string;
  readonly amount: number;
}

/** What an event adds to an account. Those of an event add up to 0, by currency and by symbol. */
export type Posting = MoneyPosting | SharesPosting;

/** Postings in the making; what comes to 0 is left out. */
export class PostingList {
  readonly all: Posting[] = [];
  readonly #open = new Map<string, number>();

  /** @throws ERR_OVERFLOW */
  money(account: LedgerAccount, currency: string, amount: number, symbol?: string): void {
    if (amount === 0) return;
    this.#open.set(currency, safe((this.#open.get(currency) ?? 0) + amount));
    this.all.push({
      kind: 'money',
      account,
      currency,
      amount: safe(amount),
      ...(symbol === undefined ? {} : { symbol }),
    });
  }

  /** Shares that come to `securities` (above 0), or leave them, and the account on the other side. */
  shares(symbol: string, amount: number, from: LedgerAccount): void {
    if (amount === 0) return;
    this.all.push({ kind: 'shares', account: 'securities', symbol, amount: safe(amount) });
    this.all.push({ kind: 'shares', account: from, symbol, amount: 0 - amount });
  }

  /** The currencies whose postings do not add up to 0 yet, in the order of their codes, and to what they do. */
  get open(): readonly (readonly [currency: string, amount: number])[] {
    return [...this.#open].filter(([, amount]) => amount !== 0).sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** Brings all that is open to an account. */
  close(account: LedgerAccount): void {
    for (const [currency, amount] of this.open) this.money(account, currency, 0 - amount);
  }
}
