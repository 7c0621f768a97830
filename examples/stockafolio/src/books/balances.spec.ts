import { expect } from 'chai';
import fc from 'fast-check';
import { accountEvents, arrivalsOf, placed } from '../../test/random-account-events.js';
import { RUNS } from '../../test/random-fills.js';
import { accountBalances, balancesAt, type Balances } from './balances.js';
import { ledgerOf } from './ledger.js';

const shown = ({ cash, shares }: Balances): unknown => [
  [...cash].sort(([a], [b]) => (a < b ? -1 : 1)),
  [...shares].sort(([a], [b]) => (a < b ? -1 : 1)),
];
const day = fc.constantFrom('2024-01-02', '2024-01-04', '2024-02-01', '2024-02-20', '2024-03-15', '2024-12-31');
const shares = { symbol: 'A', quantity: 10e8, price: 100_0000, value: 1000_0000, currency: 'USD', fees: [] } as const;

describe('balances at a day', () => {
  it('are those of the ledger: settled cash by settlement, with unsettled cash by trade', () => {
    fc.assert(
      fc.property(accountEvents(), day, (events, at) => {
        const accounts = accountBalances(ledgerOf(events, 'fifo'), at);
        const settled = accounts.get('cash') ?? new Map<string, number>();
        const unsettled = accounts.get('cash:unsettled') ?? new Map<string, number>();
        const all = new Map(settled);
        for (const [currency, amount] of unsettled) all.set(currency, (all.get(currency) ?? 0) + amount);
        for (const [currency, amount] of all) if (amount === 0) all.delete(currency);
        const own = (by: 'trade' | 'settlement') => shown({ cash: balancesAt(events, at, by).cash, shares: new Map() });
        expect(own('settlement')).to.deep.equal(shown({ cash: settled, shares: new Map() }));
        expect(own('trade')).to.deep.equal(shown({ cash: all, shares: new Map() }));
      }),
      { numRuns: RUNS },
    );
  });

  it('have the shares of the ledger by trade', () => {
    fc.assert(
      fc.property(accountEvents(), day, (events, at) => {
        const held = new Map<string, number>();
        for (const entry of ledgerOf(events, 'fifo').entries) {
          if (entry.day > at) continue;
          for (const each of entry.postings) {
            if (each.kind === 'shares' && each.account === 'securities')
              held.set(each.symbol, (held.get(each.symbol) ?? 0) + each.amount);
          }
        }
        for (const [symbol, amount] of held) if (amount === 0) held.delete(symbol);
        expect(shown({ cash: new Map(), shares: balancesAt(events, at, 'trade').shares })).to.deep.equal(
          shown({ cash: new Map(), shares: held }),
        );
      }),
      { numRuns: RUNS },
    );
  });

  it('are the same by both when all is settled, and in any order of arrival', () => {
    fc.assert(
      fc.property(
        accountEvents().chain((events) => fc.tuple(fc.constant(events), arrivalsOf(events))),
        day,
        ([events, arrived], at) => {
          const last = '2026-01-01';
          expect(shown(balancesAt(events, last, 'settlement'))).to.deep.equal(
            shown(balancesAt(arrived, last, 'trade')),
          );
          expect(shown(balancesAt(arrived, at, 'settlement'))).to.deep.equal(
            shown(balancesAt(events, at, 'settlement')),
          );
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('have shares that settle after a split as it made them', () => {
    const events = [
      placed({ kind: 'trade', side: 'buy', ...shares }, 'a', 0, 0),
      placed({ kind: 'trade', side: 'sell', ...shares, quantity: 4e8, value: 400_0000 }, 'b', 14, 1),
      placed({ kind: 'split', symbol: 'A', numerator: 2, denominator: 1 }, 'c', 15, 2),
      placed({ kind: 'symbol-change', symbol: 'A', to: 'B' }, 'd', 15, 3),
    ];
    const at = (on: string) => [balancesAt(events, on, 'trade'), balancesAt(events, on, 'settlement')].map(shown);
    expect(at('2024-01-16')).to.deep.equal([
      [[['USD', -600_0000]], [['A', 6e8]]],
      [[['USD', -1000_0000]], [['A', 10e8]]],
    ]);
    expect(at('2024-01-17')).to.deep.equal([
      [[['USD', -600_0000]], [['B', 12e8]]],
      [[['USD', -1000_0000]], [['B', 20e8]]],
    ]);
    const settled = [[['USD', -600_0000]], [['B', 12e8]]];
    expect(at('2024-01-18')).to.deep.equal([settled, settled]);
  });
  it('have unsettled shares with their part of a dividend in shares, a spin-off and a merger', () => {
    const events = [
      placed({ kind: 'trade', side: 'buy', ...shares }, 'a', 0, 0),
      placed({ kind: 'trade', side: 'buy', ...shares }, 'b', 14, 1),
      placed({ kind: 'stock-dividend', symbol: 'A', quantity: 4e8 }, 'c', 14, 2),
      placed({ kind: 'spin-off', symbol: 'A', to: 'B', quantity: 6e8, numerator: 1, denominator: 9 }, 'd', 14, 3),
      placed({ kind: 'merger', symbol: 'A', to: 'C', quantity: 8e8 }, 'e', 15, 4),
    ];
    const at = (on: string, by: 'trade' | 'settlement') => [...balancesAt(events, on, by).shares].sort();
    expect(at('2024-01-16', 'trade')).to.deep.equal([
      ['A', 24e8],
      ['B', 6e8],
    ]);
    expect(at('2024-01-16', 'settlement')).to.deep.equal([
      ['A', 12e8],
      ['B', 3e8],
    ]);
    expect(at('2024-01-17', 'settlement')).to.deep.equal([
      ['B', 3e8],
      ['C', 4e8],
    ]);
    expect(at('2024-01-18', 'settlement')).to.deep.equal(at('2024-01-17', 'trade'));
  });
});
