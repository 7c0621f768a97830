import { expect } from 'chai';
import type { AccountEvent, TradeEvent } from '../../books/account-event.js';
import { TradeMapper } from '../trade-mapper.js';
import { atBorder } from './stream-border.js';

const trade: TradeEvent = {
  kind: 'trade',
  ...{ id: 'schwab-1', user: 'ann', time: Date.UTC(2025, 2, 10), rank: 0, place: { file: 'f.csv', line: 7 } },
  ...{ symbol: 'KO', side: 'sell', quantity: 300_000_000, price: 71_2000, value: 213_6000, currency: 'USD', fees: [] },
};

describe('the border of the stream', () => {
  const taken = (event: TradeEvent): unknown => {
    const result = atBorder(event);
    if (!('tokens' in result)) throw new Error(result.notYet);
    const { value, problem } = new TradeMapper({ name: 'f.csv', source: 'f' }, { format: 'wire' }).map(
      7,
      result.tokens,
    );
    expect(problem).to.equal(undefined);
    return JSON.parse(Buffer.from(value).toString());
  };

  it('lets a trade in dollars through, as it is', () => {
    expect(taken(trade)).to.deep.equal({
      ...{ id: 'schwab-1', user: 'ann', symbol: 'KO', sector: 'Consumer Staples', side: 'sell' },
      ...{ quantity: 3, price: 71.2, time: '2025-03-10T00:00:00.000Z' },
    });
  });

  it('lets fractions of shares through, to the last of eight decimals', () => {
    expect(taken({ ...trade, quantity: 150_000_000 })).to.include({ quantity: 1.5 });
    expect(taken({ ...trade, quantity: 1 })).to.include({ quantity: 1e-8 });
  });

  it('names why it lets anything else not through', () => {
    const why = (event: AccountEvent, roundPrices = false): string => {
      const result = atBorder(event, { roundPrices });
      return 'notYet' in result ? result.notYet : 'taken';
    };
    const precise: TradeEvent = { ...trade, exactPrice: '71.20001' };
    expect([
      why({ ...trade, currency: 'GBX' }),
      why({ ...trade, quantity: 300_000_000_000_000_000 }),
      why({ ...trade, price: 0 }),
      why({ ...trade, symbol: 'A'.repeat(17) }),
      why(precise),
      why(precise, true),
      why({ ...trade, kind: 'dividend', amount: 1 }),
    ]).to.deep.equal([
      'the stream has no trades in GBX yet',
      'the stream has no trades of more than 90071992 shares',
      'the stream has no trades at a price of 0',
      'the stream has no symbols of more than 16 characters',
      'the stream has no prices of more than four decimals (--round-prices rounds them)',
      'taken',
      "the stream has no events of the kind 'dividend' yet",
    ]);
  });
});
