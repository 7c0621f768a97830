import { expect } from 'chai';
import { marketTrades, OPENING, traded, tradeOf } from '../../test/traded.js';
import { biggestMoves } from './firm-figures.js';
import { allQuotes, quoteOf } from './quotes.js';

describe('a quote', () => {
  it('is the newest price over all shards, with the first price of its day', async () => {
    const trades = marketTrades(2_000, 30);
    const { tables } = await traded(trades);
    const quotes = await allQuotes(tables);
    expect(quotes.size).to.equal(new Set(trades.map(({ symbol }) => symbol)).size);
    for (const [symbol, quote] of quotes) {
      const of = trades.filter((t) => t.symbol === symbol);
      const [newest, first] = [of.at(-1)?.time, of[0]?.time];
      expect(of.filter(({ time }) => time === newest).map(({ price }) => price)).to.include(quote.price);
      expect(of.filter(({ time }) => time === first).map(({ price }) => price)).to.include(quote.dayOpen);
      expect(await quoteOf(tables, symbol)).to.deep.equal(quote);
    }
    expect(await quoteOf(tables, 'NONE')).to.equal(undefined);
  });

  it('has moved since the first trade of its own day, not of an earlier one', async () => {
    const { tables } = await traded([
      tradeOf({ id: '1', price: 50_0000, time: OPENING - 86_400_000 * 3 }),
      tradeOf({ id: '2', price: 100_0000 }),
      tradeOf({ id: '3', price: 101_2500, time: OPENING + 5, user: 'bob' }),
      tradeOf({ id: '4', symbol: 'OLD', price: 10_0000, time: OPENING - 86_400_000 * 3 }),
    ]);
    const moves = biggestMoves(await allQuotes(tables), '2026-01-05', 10);
    expect(moves).to.have.length(1);
    expect(moves[0]).to.include({ symbol: 'IBM', dayOpen: 100_0000, price: 101_2500, basisPoints: 125 });
  });
});
