import { expect } from 'chai';
import fc from 'fast-check';
import { arrivals, bookEvents, tradeTerms } from '../../test/random-events.js';
import { RUNS } from '../../test/random-fills.js';
import { accountBooks, applyToBooks, costOf, type AccountBooks } from './account-books.js';
import type { LotMethod } from './choose-lot.js';
import { byPlace, type ActionEvent, type BookEvent, type TradeEvent } from './events.js';
import { openLots } from './lots.js';

const method = fc.constantFrom<LotMethod>('fifo', 'lifo', 'hifo', 'average');

function shown({ positions, realized, rejected }: AccountBooks, by: LotMethod): unknown {
  const held = [...positions].filter(([, { quantity }]) => quantity !== 0).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    held: held.map(([symbol, position]) => [symbol, position.quantity, openLots(position, by)]),
    realized,
    rejected,
  };
}

const booksOf = (events: readonly BookEvent[], by: LotMethod): unknown => shown(accountBooks(events, by), by);

describe('the books of an account', () => {
  it('are the same for any order of arrival, and if events come twice', () => {
    fc.assert(
      fc.property(
        bookEvents.chain((events) => fc.tuple(fc.constant(events), arrivals(events))),
        method,
        ([events, arrived], by) => {
          expect(booksOf(arrived, by)).to.deep.equal(booksOf(events, by));
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('have no trace of a trade that was withdrawn', () => {
    fc.assert(
      fc.property(bookEvents, tradeTerms, fc.nat(600), fc.nat(40), method, (events, terms, day, rank, by) => {
        const trade = { kind: 'trade' as const, id: 'wrong', time: FIRST + day * DAY, rank, ...terms };
        const bust = { kind: 'bust' as const, id: 'bust', amends: 'wrong', time: FIRST, rank: 999 };
        expect(booksOf([bust, ...events, trade], by)).to.deep.equal(booksOf(events, by));
      }),
      { numRuns: RUNS },
    );
  });

  it('have a corrected trade as if it had been entered right, at its own time', () => {
    fc.assert(
      fc.property(bookEvents, tradeTerms, tradeTerms, fc.nat(600), method, (events, wrong, right, day, by) => {
        const entered = (terms: typeof wrong) => ({
          kind: 'trade' as const,
          id: 'trade',
          time: FIRST + day * DAY,
          rank: 7,
          ...terms,
        });
        const amends = { kind: 'correct' as const, time: FIRST + 999 * DAY, rank: 0 };
        const first = { ...amends, id: 'c1', amends: 'trade', trade: { ...wrong, side: right.side } };
        const second = { ...amends, id: 'c2', amends: 'c1', rank: 1, trade: right };
        expect(booksOf([second, ...events, entered(wrong), first], by)).to.deep.equal(
          booksOf([...events, entered(right)], by),
        );
        const third = { ...amends, id: 'c3', amends: 'c2', rank: 2, trade: wrong };
        const bust = { kind: 'bust' as const, id: 'b', amends: 'c3', time: FIRST, rank: 0 };
        expect(booksOf([third, bust, second, ...events, entered(wrong), first], by)).to.deep.equal(
          booksOf([...events, entered(right)], by),
        );
      }),
      { numRuns: RUNS },
    );
  });

  it('have at each event the basis of the lots minus all gains changed by what was paid, to the unit', () => {
    fc.assert(
      fc.property(bookEvents, method, (events, by) => {
        const books: AccountBooks = { positions: new Map(), realized: [], rejected: [] };
        const net = (): bigint => basisOf(books, by) - gainsOf(books);
        for (const event of [...events].sort(byPlace)) {
          const held = books.positions.get(event.symbol)?.quantity ?? 0;
          const before = net();
          const text = JSON.stringify(shown(books, by));
          try {
            applyToBooks(books, event, by);
          } catch {
            expect(JSON.stringify(shown(books, by))).to.equal(text);
            continue;
          }
          if (event.kind === 'transfer-out') continue;
          expect(net() - before, event.kind).to.equal(paidFor(event, held));
          for (const [, position] of books.positions) {
            const lots = openLots(position, by);
            expect(lots.reduce((sum, { quantity }) => sum + quantity, 0)).to.equal(position.quantity);
            expect(lots.reduce((sum, { basis }) => sum + basis, 0)).to.equal(position.basis);
            for (const lot of lots) expect(lot.basis * Math.sign(position.quantity)).to.be.at.least(0);
          }
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('say why an event is not possible', () => {
    const place = { time: FIRST, rank: 0 };
    const trade = { kind: 'trade', symbol: 'A', side: 'sell', quantity: 5, price: 1, commission: 9 } as const;
    const { rejected, positions } = accountBooks(
      [
        { ...place, id: '1', kind: 'bust', amends: 'none' },
        { ...place, id: '2', kind: 'correct', amends: '2', trade },
        { ...place, id: '3', kind: 'symbol-change', symbol: 'A', to: 'B' },
        { ...place, id: '4', kind: 'split', symbol: 'A', numerator: 1, denominator: 2, cash: 5 },
        { ...place, id: '5', kind: 'transfer-out', symbol: 'A', quantity: 1 },
        { ...place, id: '6', ...trade },
      ],
      'fifo',
    );
    expect(rejected.map(({ id, problem, hint }) => `${id}: ${problem}: ${hint}`)).to.deep.equal([
      "1: 'none' is no trade, and no correction of one: check the id, or enter the trade; a bust cannot be amended: enter the trade again",
      "2: '2' is no trade, and no correction of one: check the id, or enter the trade; a bust cannot be amended: enter the trade again",
      "4: 'A' is not held, so no cash can come of it: enter the trades or the transfer that brought the shares",
      '5: more shares leave the account than it holds: enter the trades or the transfer that brought them',
      '6: the commission is more than the proceeds: enter what is beyond the proceeds as a fee',
    ]);
    expect(positions.size).to.equal(0);
  });
});

const DAY = 86_400_000;
const FIRST = Date.UTC(2024, 0, 2, 15);

function basisOf({ positions }: AccountBooks, by: LotMethod): bigint {
  let sum = 0n;
  for (const [, position] of positions) for (const lot of openLots(position, by)) sum += BigInt(lot.basis);
  return sum;
}

const gainsOf = ({ realized }: AccountBooks): bigint => realized.reduce((sum, { gain }) => sum + BigInt(gain), 0n);

/** What the account paid; received if negative. For a short position cash is paid where a long one receives it. */
function paidFor(event: TradeEvent | ActionEvent, held: number): bigint {
  if (event.kind === 'trade') return BigInt(costOf(event)) * (event.side === 'buy' ? 1n : -1n);
  if (event.kind === 'transfer-in') return event.lots.reduce((sum, { basis }) => sum + BigInt(basis), 0n);
  const boot = 'cash' in event ? (event.cash ?? 0) : 0;
  const inLieu = event.kind === 'merger' ? (event.shares?.cash ?? 0) : 0;
  return BigInt(boot + inLieu) * BigInt(-Math.sign(held));
}
