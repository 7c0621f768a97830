import type { LedgerAccount, Posting } from './postings.js';
import { add } from './exact.js';

/** What postings of a day come to, by currency, and the shares that came from other accounts, by symbol. */
export interface DaySums {
  readonly deposits: Map<string, number>;
  /** Shares that were transferred, and their basis. */
  readonly transferred: Map<string, number>;
  readonly transferredBasis: Map<string, number>;
  readonly realized: Map<string, number>;
  readonly dividends: Map<string, number>;
  readonly interest: Map<string, number>;
  readonly costs: Map<string, number>;
  readonly unexplained: Map<string, number>;
}

/** What an account has: cash with what is not settled, the basis of its shares, and these. */
export interface Standing {
  readonly cash: Map<string, number>;
  readonly basis: Map<string, number>;
  readonly shares: Map<string, number>;
}

export const emptyStanding = (): Standing => ({ cash: new Map(), basis: new Map(), shares: new Map() });

export const emptySums = (): DaySums => ({
  deposits: new Map(),
  transferred: new Map(),
  transferredBasis: new Map(),
  realized: new Map(),
  dividends: new Map(),
  interest: new Map(),
  costs: new Map(),
  unexplained: new Map(),
});

/** The sum that an account's postings belong to. That of a conversion shows in the worth of both currencies. */
function sumOf(account: LedgerAccount, sums: DaySums): Map<string, number> | undefined {
  switch (account) {
    case 'gains:realized':
      return sums.realized;
    case 'income:dividends':
      return sums.dividends;
    case 'income:interest':
      return sums.interest;
    case 'expenses:fees':
    case 'expenses:commissions':
    case 'expenses:taxes':
    case 'expenses:differences':
      return sums.costs;
    case 'equity:deposits':
      return sums.deposits;
    case 'equity:transfers':
      return sums.transferredBasis;
    case 'suspense':
      return sums.unexplained;
    default:
      return undefined;
  }
}

/** Adds a posting to what the account has, and to the sums of its day: as seen from outside, so with the other sign. */
export function addPosting(posting: Posting, standing: Standing, sums: DaySums): void {
  const { account, amount } = posting;
  if (posting.kind === 'shares') {
    if (account === 'securities') add(standing.shares, posting.symbol, amount);
    if (account === 'equity:transfers') add(sums.transferred, posting.symbol, 0 - amount);
    return;
  }
  if (account === 'cash' || account === 'cash:unsettled') add(standing.cash, posting.currency, amount);
  else if (account === 'securities') add(standing.basis, posting.currency, amount);
  else {
    const sum = sumOf(account, sums);
    if (sum !== undefined) add(sum, posting.currency, 0 - amount);
  }
}
