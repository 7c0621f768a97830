import { expect } from 'chai';
import fc from 'fast-check';
import { accountEvents, accountTrades, arrivalsOf, placed } from '../../test/random-account-events.js';
import { RUNS } from '../../test/random-fills.js';
import { amendAccount } from './account-amendments.js';
import { accountBooks } from './account-books.js';
import { cashOf, type AccountEvent, type TradeEvent } from './account-event.js';
import { accountBalances, balancesAt } from './balances.js';
import type { LotMethod } from './choose-lot.js';
import { byPlace } from './events.js';
import { ledgerOf, type Ledger } from './ledger.js';
import { lotEvents } from './lot-events.js';
import type { Posting } from './postings.js';

const method = fc.constantFrom<LotMethod>('fifo', 'lifo', 'hifo', 'average');

/** Sums that are exact, whatever the sizes. */
function sums(of: readonly (readonly [key: string, amount: number])[]): Record<string, bigint> {
  const all: Record<string, bigint> = {};
  for (const [key, amount] of of) all[key] = (all[key] ?? 0n) + BigInt(amount);
  return Object.fromEntries(Object.entries(all).filter(([, sum]) => sum !== 0n));
}

const postingsOf = ({ entries }: Ledger): readonly Posting[] => entries.flatMap(({ postings }) => postings);

function moneyOf(ledger: Ledger, ...accounts: readonly string[]): Record<string, bigint> {
  return sums(
    postingsOf(ledger).flatMap((each) =>
      each.kind === 'money' && accounts.includes(each.account) ? [[each.currency, each.amount] as const] : [],
    ),
  );
}

describe('the ledger', () => {
  it('has postings of whole numbers that add up to 0 for each event, by currency and by symbol', () => {
    fc.assert(
      fc.property(accountEvents(), method, (events, by) => {
        for (const { postings, kind } of ledgerOf(events, by).entries) {
          const all = postings.map((each) => [`${each.kind} ${keyOf(each)}`, each.amount] as const);
          expect(sums(all), kind).to.deep.equal({});
          expect(
            all.every(([, amount]) => Number.isSafeInteger(amount) && !Object.is(amount, -0) && amount !== 0),
          ).to.equal(true);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('has the cash of the events', () => {
    fc.assert(
      fc.property(accountEvents(), method, (events, by) => {
        const ledger = ledgerOf(events, by);
        expect(moneyOf(ledger, 'cash')).to.deep.equal(
          sums(events.flatMap(cashOf).map(({ currency, amount }) => [currency, amount])),
        );
        expect(moneyOf(ledger, 'cash:unsettled')).to.deep.equal({});
      }),
      { numRuns: RUNS },
    );
  });

  it('has securities at the basis of the lots, and gains as the lots have them, below 0', () => {
    fc.assert(
      fc.property(accountEvents(), method, (events, by) => {
        const ledger = ledgerOf(events, by);
        const { events: final } = amendAccount(events);
        const [bases, gains]: [[string, number][], [string, number][]] = [[], []];
        for (const [currency, own] of lotEvents(final).byCurrency) {
          const { positions, realized } = accountBooks(own, by);
          for (const [symbol, { basis }] of positions) bases.push([`${currency} ${symbol}`, basis]);
          for (const { gain } of realized) gains.push([currency, 0 - gain]);
        }
        const securities = postingsOf(ledger).flatMap((each) =>
          each.kind === 'money' && each.account === 'securities'
            ? [[`${each.currency} ${each.symbol ?? ''}`, each.amount] as const]
            : [],
        );
        expect(sums(securities)).to.deep.equal(sums(bases));
        expect(moneyOf(ledger, 'gains:realized')).to.deep.equal(sums(gains));
      }),
      { numRuns: RUNS },
    );
  });

  it('has the shares of the lots, and nothing in suspense, before the first event that it names as unknown', () => {
    fc.assert(
      fc.property(accountEvents(), method, (events, by) => {
        let known = [...events].sort(byPlace);
        let ledger = ledgerOf(known, by);
        while (ledger.unknown.length > 0) {
          const first = known.findIndex(({ id }) => id === ledger.unknown[0]?.id);
          known = known.slice(0, first);
          ledger = ledgerOf(known, by);
        }
        const inLots = [...ledger.books.values()].flatMap(({ positions }) =>
          [...positions].map(([symbol, { quantity }]) => [symbol, quantity] as const),
        );
        const held = postingsOf(ledger).flatMap((each) =>
          each.kind === 'shares' && each.account === 'securities' ? [[each.symbol, each.amount] as const] : [],
        );
        expect(sums(held)).to.deep.equal(sums(inLots));
        expect(moneyOf(ledger, 'suspense')).to.deep.equal({});
      }),
      { numRuns: RUNS },
    );
  });

  it('has other shares than the lots, in one currency, only after an event that these do not take', () => {
    fc.assert(
      fc.property(accountEvents(['USD']), method, (events, by) => {
        const [first] = ledgerOf(events, by).unknown;
        if (first?.problem.endsWith('have other shares than the account') !== true) return;
        // Shares for those held may come where none are.
        expect(events.find(({ id }) => id === first.id)?.kind).to.equal('stock-dividend');
      }),
      { numRuns: 2 * RUNS },
    );
  });

  it('is the same for any order of arrival, and if events come twice', () => {
    fc.assert(
      fc.property(
        accountEvents().chain((events) => fc.tuple(fc.constant(events), arrivalsOf(events))),
        method,
        ([events, arrived], by) => {
          expect(shown(ledgerOf(arrived, by))).to.deep.equal(shown(ledgerOf(events, by)));
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('has no trace of a trade that was withdrawn, and a corrected one as if entered right', () => {
    fc.assert(
      fc.property(
        accountEvents(),
        accountTrades,
        accountTrades,
        fc.nat(90),
        method,
        (events, wrong, right, day, by) => {
          const entered = placed(wrong, 'trade', day, 7);
          const bust = placed({ kind: 'bust', amends: 'trade' }, 'bust', 200, 0);
          expect(shown(ledgerOf([bust, ...events, entered], by))).to.deep.equal(shown(ledgerOf(events, by)));
          const trade = placed(right, 'c', 200, 1);
          const correct = placed({ kind: 'correct', amends: 'trade', trade }, 'c', 200, 1);
          expect(shown(ledgerOf([correct, ...events, entered], by))).to.deep.equal(
            shown(ledgerOf([...events, placed(right, 'trade', day, 7)], by)),
          );
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('exchanges a currency for another in accounts of the pair', () => {
    const settled = { currency: 'EUR', amount: -920_0000 };
    const fees = [{ currency: 'EUR', amount: 2_0000 }];
    expect(balancesOf([bought({ settled, fees })])).to.deep.equal({
      cash: { EUR: -920_0000 },
      securities: { USD: 1000_0000 },
      'expenses:commissions': { EUR: 2_0000 },
      'equity:conversion:EUR-USD': { EUR: 918_0000, USD: -1000_0000 },
    });
  });

  it('has what the amount of a trade differs by as an expense, and names a fee that is not in it', () => {
    const rounded = bought({ settled: { currency: 'USD', amount: -1000_0050 }, fees: [] });
    expect(balancesOf([rounded])).to.deep.equal({
      cash: { USD: -1000_0050 },
      securities: { USD: 1000_0000 },
      'expenses:differences': { USD: 50 },
    });
    const missing = bought({
      settled: { currency: 'USD', amount: -1000_0000 },
      fees: [{ currency: 'EUR', amount: 2_0000 }],
    });
    const ledger = ledgerOf([missing], 'fifo');
    expect(ledger.unknown.map(({ problem }) => problem)).to.deep.equal([
      'the cash of the trade does not have its amounts in EUR',
    ]);
    expect(moneyOf(ledger, 'suspense')).to.deep.equal({ EUR: -2_0000n });
  });

  it('has a gift as a transfer, at its price', () => {
    const gift = bought({ settled: { currency: 'USD', amount: 0 }, origin: 'gift', fees: [] });
    expect(balancesOf([gift])).to.deep.equal({
      securities: { USD: 1000_0000 },
      'equity:transfers': { USD: -1000_0000 },
    });
  });

  it('posts the shares and the cash of what the lots do not know, and names it', () => {
    const merger = placed(
      { kind: 'merger', symbol: 'A', to: 'B', quantity: 5e8, cash: { currency: 'USD', amount: 30_0000 } },
      'm',
      9,
      1,
    );
    const ledger = ledgerOf([bought({ fees: [] }), merger], 'fifo');
    expect(ledger.unknown).to.deep.equal([
      { id: 'm', problem: 'the lots do not know a merger', hint: 'enter it as events of lots' },
    ]);
    expect(ledger.entries.at(-1)?.postings).to.deep.equal([
      { kind: 'money', account: 'cash', currency: 'USD', amount: 30_0000 },
      { kind: 'money', account: 'suspense', currency: 'USD', amount: -30_0000 },
      { kind: 'shares', account: 'securities', symbol: 'A', amount: -10e8 },
      { kind: 'shares', account: 'equity:actions', symbol: 'A', amount: 10e8 },
      { kind: 'shares', account: 'securities', symbol: 'B', amount: 5e8 },
      { kind: 'shares', account: 'equity:actions', symbol: 'B', amount: -5e8 },
    ]);
  });

  it('has both sides in suspense of a trade that the lots refuse, and of amounts that are no exchange', () => {
    const sold = { ...bought({ fees: [{ currency: 'USD', amount: 1001_0000 }] }), side: 'sell' } as const;
    expect(balancesOf([sold])).to.deep.equal({ cash: { USD: -1_0000 }, suspense: { USD: 1_0000 } });
    const settled = { currency: 'USD', amount: -999_0000 };
    const unpaid = bought({ settled, fees: [{ currency: 'EUR', amount: 2_0000 }] });
    expect(balancesOf([unpaid])).to.deep.equal({
      cash: { USD: -999_0000 },
      securities: { USD: 1000_0000 },
      'expenses:commissions': { EUR: 2_0000 },
      suspense: { EUR: -2_0000, USD: -1_0000 },
    });
    expect(ledgerOf([unpaid], 'fifo').unknown.map(({ problem }) => problem)).to.deep.equal([
      'the cash of the trade does not have its amounts in EUR and USD',
    ]);
  });

  it('knows cash in lieu of a fraction, and shares of a short position', () => {
    const cashInLieu = { currency: 'USD', amount: 60_0000 };
    const split = { kind: 'split', symbol: 'A', numerator: 1, denominator: 4 } as const;
    expect(heldAfter([bought({ fees: [] }), placed({ ...split, cashInLieu }, 's', 9, 1)])).to.deep.equal({ A: 2e8 });
    const short = { ...bought({ fees: [] }), side: 'sell' } as const;
    const came = placed({ kind: 'stock-dividend', symbol: 'A', quantity: 5e8 }, 's', 9, 1);
    const gone = placed({ kind: 'transfer-out', symbol: 'A', quantity: 3e8 }, 'o', 10, 2);
    expect(heldAfter([short, came, gone])).to.deep.equal({ A: -12e8 });
  });

  it('rejects an amendment of nothing', () => {
    const bust = placed({ kind: 'bust', amends: 'none' }, 'b', 0, 0);
    const { rejected, entries } = ledgerOf([bust], 'fifo');
    expect(rejected.map(({ id }) => id)).to.deep.equal(['b']);
    expect(entries).to.deep.equal([]);
  });
});

const keyOf = (posting: Posting): string => (posting.kind === 'money' ? posting.currency : posting.symbol);

function shown({ entries, unknown, rejected }: Ledger): unknown {
  return { entries, unknown, rejected };
}

/** The shares by symbol, of events of which all is known. */
function heldAfter(events: readonly AccountEvent[]): Record<string, number> {
  const ledger = ledgerOf(events, 'fifo');
  expect(ledger.unknown).to.deep.equal([]);
  return Object.fromEntries(balancesAt(events, '2025-12-31', 'trade').shares);
}

/** Ten shares of A at 100.00. */
function bought(more: Pick<TradeEvent, 'fees'> & Partial<Pick<TradeEvent, 'settled' | 'origin'>>): TradeEvent {
  const terms = {
    symbol: 'A',
    side: 'buy',
    quantity: 10e8,
    price: 100_0000,
    value: 1000_0000,
    currency: 'USD',
  } as const;
  return placed({ kind: 'trade', ...terms, ...more }, 't', 0, 0);
}

function balancesOf(events: readonly AccountEvent[]): Record<string, Record<string, number>> {
  return Object.fromEntries(
    [...accountBalances(ledgerOf(events, 'fifo'))].map(([account, own]) => [account, Object.fromEntries(own)]),
  );
}
