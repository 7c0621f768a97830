import { expect } from 'chai';
import { accountBooks } from './account-books.js';
import type { AccountEvent, Cash } from './account-event.js';
import { lotEvents } from './lot-events.js';
import { openLots } from './lots.js';

const SHARE = 1e8;
let rank = 0;
const base = (id: string): { id: string; user: string; time: number; rank: number; place: AccountEvent['place'] } => ({
  ...{ id, user: 'ann', time: Date.UTC(2026, 0, 5 + rank), rank },
  place: { file: 'export.csv', line: ++rank },
});

/** A trade of whole shares at a price in whole units of the currency. */
function trade(
  id: string,
  side: 'buy' | 'sell',
  shares: number,
  price: number,
  fees: readonly Cash[] = [],
): AccountEvent {
  return {
    ...{ kind: 'trade', ...base(id), symbol: 'ABC', side, quantity: shares * SHARE, price: price * 10_000 },
    ...{ value: shares * price * 10_000, currency: 'USD', fees },
  };
}

/** By currency and symbol: shares, basis and gains, in whole units. */
function figures(
  events: readonly AccountEvent[],
): Record<string, readonly [shares: number, basis: number, gains: number]> {
  const all: Record<string, readonly [number, number, number]> = {};
  for (const [currency, own] of lotEvents(events).byCurrency) {
    const { positions, realized, rejected } = accountBooks(own, 'fifo');
    expect(rejected).to.deep.equal([]);
    for (const [symbol, { quantity, basis }] of positions) {
      const gains = realized.filter((each) => each.symbol === symbol).reduce((sum, { gain }) => sum + gain, 0);
      all[`${currency} ${symbol}`] = [quantity / SHARE, basis / 10_000, gains / 10_000];
    }
  }
  return all;
}

describe('lotEvents', () => {
  it('gives trades with their costs, but for those in another currency', () => {
    const fees = [
      { currency: 'USD', amount: 2_0000 },
      { currency: 'EUR', amount: 5_0000 },
    ];
    expect(figures([trade('a', 'buy', 10, 100, fees), trade('b', 'sell', 4, 120, fees)])).to.deep.equal({
      // 1,002.00 for ten; four of them cost 400.80, and bring 478.00.
      'USD ABC': [6, 601.2, 77.2],
    });
  });

  it('gives a rebate as less cost', () => {
    expect(figures([trade('a', 'buy', 1, 100, [{ currency: 'USD', amount: -1_0000 }])])['USD ABC']).to.deep.equal([
      1, 99, 0,
    ]);
  });

  it('keeps books of each currency, and what has none in all of them', () => {
    const inDollars = trade('a', 'buy', 10, 100);
    const inPounds = { ...trade('b', 'buy', 4, 50), currency: 'GBP' } as AccountEvent;
    const split: AccountEvent = { kind: 'split', ...base('c'), symbol: 'ABC', numerator: 3, denominator: 2 };
    expect(figures([inDollars, inPounds, split])).to.deep.equal({
      'USD ABC': [15, 1_000, 0],
      'GBP ABC': [6, 200, 0],
    });
  });

  it('gives cash in lieu in its own currency', () => {
    const bought = trade('a', 'buy', 25, 10);
    const cashInLieu = { currency: 'USD', amount: 60_0000 };
    const split: AccountEvent = {
      kind: 'split',
      ...base('b'),
      symbol: 'ABC',
      numerator: 1,
      denominator: 10,
      cashInLieu,
    };
    expect(figures([bought, split])['USD ABC']).to.deep.equal([2, 200, 10]);
  });

  it('gives a dividend in shares by what is held before it, after splits, transfers and other symbols', () => {
    const events: AccountEvent[] = [
      trade('a', 'buy', 10, 100),
      { kind: 'split', ...base('b'), symbol: 'ABC', numerator: 2, denominator: 1 },
      { kind: 'transfer-out', ...base('c'), symbol: 'ABC', quantity: 4 * SHARE },
      { kind: 'symbol-change', ...base('d'), symbol: 'ABC', to: 'XYZ' },
      { kind: 'stock-dividend', ...base('e'), symbol: 'XYZ', quantity: 2 * SHARE },
    ];
    expect(figures(events)).to.deep.equal({ 'USD XYZ': [18, 800, 0] });
  });

  it('lets a short position owe a dividend in shares', () => {
    const dividend = (id: string, shares: number): AccountEvent => {
      return { kind: 'stock-dividend', ...base(id), symbol: 'ABC', quantity: shares * SHARE };
    };
    const events = [trade('a', 'sell', 10, 100), dividend('b', 10), dividend('c', 5)];
    expect(figures(events)).to.deep.equal({ 'USD ABC': [-25, -1000, 0] });
  });

  it('gives transfers with their lots, and says of which the cost is not known', () => {
    const basis = { currency: 'USD', amount: 300_0000 };
    const known: AccountEvent = {
      ...{ kind: 'transfer-in', ...base('a'), symbol: 'ABC', quantity: 3 * SHARE },
      lots: [
        { quantity: SHARE, basis, opened: Date.UTC(2020, 0, 2) },
        { quantity: 2 * SHARE, basis, opened: Date.UTC(2021, 0, 4) },
      ],
    };
    const unknown: AccountEvent = { kind: 'transfer-in', ...base('b'), symbol: 'DEF', quantity: SHARE };
    const { byCurrency, withoutBasis } = lotEvents([known, unknown]);
    expect(withoutBasis).to.deep.equal([unknown]);
    const { positions } = accountBooks(byCurrency.get('USD') ?? [], 'fifo');
    const lots = [...positions].flatMap(([symbol, position]) =>
      openLots(position, 'fifo').map(({ id, basis: own, opened }) => [symbol, id, own / 10_000, opened]),
    );
    expect(lots).to.deep.equal([
      ['ABC', 'a', 300, Date.UTC(2020, 0, 2)],
      ['ABC', 'a:2', 300, Date.UTC(2021, 0, 4)],
      ['DEF', 'b', 0, unknown.time],
    ]);
  });

  it('gives busts and corrections', () => {
    const { place, ...right } = trade('a', 'buy', 10, 90) as AccountEvent & { readonly kind: 'trade' };
    const events: AccountEvent[] = [
      trade('a', 'buy', 10, 100),
      trade('b', 'buy', 10, 300),
      { kind: 'bust', ...base('c'), amends: 'b' },
      { kind: 'correct', ...base('d'), amends: 'a', trade: { ...right, place } },
    ];
    expect(figures(events)).to.deep.equal({ 'USD ABC': [10, 900, 0] });
  });

  it('leaves out what is cash alone, and names what the lots do not know', () => {
    const merger: AccountEvent = { kind: 'merger', ...base('a'), symbol: 'ABC', to: 'XYZ', quantity: SHARE };
    const deposit: AccountEvent = { kind: 'deposit', ...base('b'), currency: 'USD', amount: 1_0000 };
    const { byCurrency, unknown } = lotEvents([merger, deposit]);
    expect(unknown).to.deep.equal([merger]);
    expect([...byCurrency.values()].flat()).to.deep.equal([]);
  });
});
