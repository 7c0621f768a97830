import { expect } from 'chai';
import type { AccountEvent, TradeEvent } from '../../books/account-event.js';
import { atBorder } from './stream-border.js';

const place = { id: 'e-1', user: 'ann', time: Date.UTC(2025, 2, 10), rank: 0, place: { file: 'f.csv', line: 7 } };
const trade: TradeEvent = {
  ...{ ...place, kind: 'trade', symbol: 'KO', side: 'sell', quantity: 300_000_000 },
  ...{ price: 71_2000, value: 213_6000, currency: 'USD', fees: [] },
};

const sent = (...events: AccountEvent[]): unknown[] =>
  atBorder({ events, cashAlone: [] }).sent.map(({ message }) => JSON.parse(Buffer.from(message).toString()) as unknown);

const of = { id: 'e-1', user: 'ann', time: '2025-03-10T00:00:00.000Z' };
const sale = { ...of, symbol: 'KO', sector: 'Consumer Staples', side: 'sell', quantity: 3, price: 71.2 };

describe('the border of the stream', () => {
  it('lets a trade in dollars through, as it is', () => {
    expect(sent(trade)).to.deep.equal([sale]);
  });

  it('lets fractions of shares through, to the last of eight decimals', () => {
    expect(sent({ ...trade, quantity: 150_000_000, value: 106_8000 })).to.deep.equal([{ ...sale, quantity: 1.5 }]);
  });

  it('gives the value of a trade whose price has more than four decimals, unless prices are rounded', () => {
    const precise: TradeEvent = { ...trade, exactPrice: '71.200036', value: 213_6001 };
    expect(sent(precise)).to.deep.equal([{ ...sale, value: 213.6001 }]);
    const [rounded] = atBorder({ events: [precise], cashAlone: [] }, { roundPrices: true }).sent;
    expect(rounded?.event.value).to.equal(undefined);
  });

  it('names other currencies than the dollar', () => {
    expect(sent({ ...trade, currency: 'GBX' })).to.deep.equal([{ ...sale, currency: 'GBX' }]);
  });

  it('takes costs in the currency of the price as a commission, others as an event of their own', () => {
    const fees = [
      { currency: 'USD', amount: 1_0000 },
      { currency: 'EUR', amount: 2_0000 },
    ];
    expect(sent({ ...trade, fees })).to.deep.equal([
      { ...sale, commission: 1 },
      { ...of, id: 'e-1-cash1', kind: 'commission', currency: 'EUR', amount: -2 },
    ]);
  });

  it('divides costs that are more than a sale brings', () => {
    expect(sent({ ...trade, fees: [{ currency: 'USD', amount: 214_6000 }] })).to.deep.equal([
      { ...sale, commission: 213.6 },
      { ...of, id: 'e-1-cash1', kind: 'commission', amount: -1 },
    ]);
  });

  it('makes an exchange of a trade that was paid in another currency, its costs apart', () => {
    const fees = [{ currency: 'EUR', amount: 2_0000 }];
    expect(sent({ ...trade, fees, settled: { currency: 'EUR', amount: 198_0000 } })).to.deep.equal([
      sale,
      { ...of, id: 'e-1-cash1', kind: 'commission', currency: 'EUR', amount: -2 },
      { ...of, id: 'e-1-cash2', kind: 'exchange', amount: -213.6 },
      { ...of, id: 'e-1-cash3', kind: 'exchange', currency: 'EUR', amount: 200 },
    ]);
  });

  it('names the difference to what was paid', () => {
    expect(sent({ ...trade, settled: { currency: 'USD', amount: 213_5900 } })).to.deep.equal([
      sale,
      { ...of, id: 'e-1-cash1', kind: 'difference', amount: -0.01 },
    ]);
  });

  it('lets a gift come as a transfer with its value, and each lot of a transfer by itself', () => {
    const came = { ...of, kind: 'transfer-in', symbol: 'KO', sector: 'Consumer Staples' };
    expect(sent({ ...trade, side: 'buy', origin: 'gift', settled: { currency: 'USD', amount: 0 } })).to.deep.equal([
      { ...came, quantity: 3, value: 213.6, opened: '2025-03-10T00:00:00.000Z' },
    ]);
    const lot = (amount: number, opened: number) => ({ quantity: 1e8, basis: { currency: 'USD', amount }, opened });
    const lots = [lot(70_0000, Date.UTC(2020, 0, 2)), lot(71_0000, Date.UTC(2021, 0, 4))];
    expect(sent({ ...place, kind: 'transfer-in', symbol: 'KO', quantity: 2e8, lots })).to.deep.equal([
      { ...came, quantity: 1, value: 70, opened: '2020-01-02T00:00:00.000Z' },
      { ...came, id: 'e-1-lot2', quantity: 1, value: 71, opened: '2021-01-04T00:00:00.000Z' },
    ]);
  });

  it('lets cash, splits and dividends in shares through', () => {
    const split = { kind: 'split', symbol: 'KO', numerator: 2, denominator: 1 } as const;
    expect(
      sent(
        { ...place, kind: 'dividend', symbol: 'KO', currency: 'USD', amount: 1_5000 },
        { ...place, kind: 'tax', symbol: 'KO', currency: 'USD', amount: -2250 },
        { ...place, kind: 'deposit', currency: 'CHF', amount: 100_0000, origin: 'opening' },
        { ...place, ...split, cashInLieu: { currency: 'USD', amount: 5_0000 } },
        { ...place, kind: 'stock-dividend', symbol: 'KO', quantity: 1e8 },
        { ...place, kind: 'transfer-out', symbol: 'KO', quantity: 1e8 },
      ),
    ).to.deep.equal([
      { ...of, kind: 'dividend', symbol: 'KO', amount: 1.5 },
      { ...of, kind: 'tax', symbol: 'KO', amount: -0.225 },
      { ...of, kind: 'deposit', currency: 'CHF', amount: 100 },
      { ...of, ...split, amount: 5 },
      { ...of, kind: 'stock-dividend', symbol: 'KO', quantity: 1 },
      { ...of, kind: 'transfer-out', symbol: 'KO', quantity: 1 },
    ]);
  });

  it('names why it lets anything else not through, and the line', () => {
    const why = (event: AccountEvent) => atBorder({ events: [event], cashAlone: [] }).notYet;
    expect([
      why({ ...trade, quantity: 300_000_000_000_000_000 }),
      why({ ...trade, price: 0 }),
      why({ ...trade, symbol: 'A'.repeat(17) }),
      why({ ...place, kind: 'merger', symbol: 'KO', quantity: 1 }),
      why({ ...place, kind: 'dividend', symbol: 'A'.repeat(17), currency: 'USD', amount: 1 }),
    ]).to.deep.equal([
      { 'the stream has no trades of more than 90071992 shares': [7] },
      { 'the stream has no trades at a price of 0': [7] },
      { 'the stream has no symbols of more than 16 characters': [7] },
      { "the stream has no events of the kind 'merger' yet": [7] },
      { "the stream does not take it: symbol: 'AAAAAAAAAAAAAAAAA' has 17 characters, not 1 to 16": [7] },
    ]);
  });
});
