import { isStockafolioError } from '@stockafolio/core';
import { expect } from 'chai';
import { corrected, isCashFlow, isDollarTrade, isShareEvent, isTrade, StreamEvent, trades } from './account-stream.js';
import { SHARE } from './quantity.js';
import { Trade } from './trade.js';
import { wireForm } from './wire-forms.js';

const of = { id: 'e1', user: 'ann', time: Date.UTC(2026, 0, 5, 14, 30) };
const trade: Trade = {
  ...{ ...of, symbol: 'AAPL', sector: 'Information Technology', side: 'buy' },
  ...{ quantity: 10 * SHARE, price: 187_2500 },
};

/** What a message without these fields is, or why it is bad. */
function decoded(message: Readonly<Record<string, unknown>>): string {
  try {
    return wireForm.decode(Buffer.from(JSON.stringify({ ...of, ...message }))).kind ?? 'trade';
  } catch (error) {
    if (isStockafolioError(error, 'ERR_BAD_RECORD')) return error.message;
    throw error;
  }
}

describe('an event of an account', () => {
  it('has the fields of a trade first, in the same order and of the same types', () => {
    const own = StreamEvent.names.filter((name) => Trade.names.includes(name));
    expect(own).to.deep.equal(Trade.names);
    expect(StreamEvent.names.slice(0, 8)).to.deep.equal(Trade.names.slice(0, 8));
    expect(Buffer.from(wireForm.encode(trade)).toString()).to.match(/^\{"id":"e1","user":"ann","symbol":"AAPL"/);
  });

  it('is keyed by its user and timed by its own time', () => {
    expect([trades.key(trade), trades.time(trade)]).to.deep.equal(['ann', of.time]);
  });

  it('is a trade without a kind, and has all that a trade needs', () => {
    const wire = { symbol: 'AAPL', sector: 'Energy', side: 'buy', quantity: 1, price: 2 };
    expect([decoded(wire), decoded({ ...wire, kind: 'new' })]).to.deep.equal(['trade', 'new']);
    expect(decoded({ ...wire, sector: undefined, price: undefined })).to.equal('sector: is missing; price: is missing');
    expect(decoded({ ...wire, quantity: 2, price: '900719925474.0991' })).to.match(/past 2\^53/);
    expect(decoded({ ...wire, commission: -2 })).to.equal('trade');
    expect(decoded({ ...wire, commission: -2.01 })).to.match(/^commission: is more than the value/);
    expect(decoded({ ...wire, side: 'sell', commission: 2.01 })).to.match(/^commission: is more than the value/);
  });

  it('has what its kind needs', () => {
    expect(decoded({ kind: 'deposit' })).to.equal('amount: is missing');
    expect(decoded({ kind: 'dividend', amount: 1 })).to.equal('symbol: is missing');
    expect(decoded({ kind: 'split', symbol: 'AAPL', numerator: 2 })).to.equal('denominator: is missing');
    expect(decoded({ kind: 'split', symbol: 'AAPL', numerator: 0, denominator: 1 })).to.match(/^numerator/);
    expect(decoded({ kind: 'barter' })).to.match(/^kind/);
    expect(decoded({ kind: 'withdrawal', amount: '-12.5' })).to.equal('withdrawal');
  });

  it('says what it amends, if it is a bust or a correction, and only then', () => {
    expect(decoded({ kind: 'bust', amends: 't1' })).to.equal('bust');
    expect(decoded({ kind: 'correct', amends: 't1', price: 3 })).to.equal('correct');
    expect(decoded({ kind: 'bust' })).to.equal('amends: is missing');
    expect(decoded({ kind: 'correct', amends: '' })).to.match(/^amends/);
    expect(decoded({ kind: 'fee', amount: -1, amends: 't1' })).to.match(/^amends: only/);
  });

  it('is corrected in the fields that the correction has', () => {
    const by = { id: 'c1', user: 'ann', time: of.time + 1, kind: 'correct', amends: trade.id } as const;
    expect(corrected(trade, by)).to.deep.equal(trade);
    expect(corrected(trade, { ...by, price: 5, symbol: 'MSFT' })).to.deep.equal({ ...trade, price: 5, symbol: 'MSFT' });
    // As it is read from an archive.
    const read = { ...Object.fromEntries(StreamEvent.names.map((name) => [name, undefined])), ...by, price: 5 };
    expect(corrected(trade, read)).to.deep.equal({ ...trade, price: 5 });
    const valued: StreamEvent = { ...trade, value: 7 };
    expect(corrected(valued, { ...by, side: 'sell' })).to.deep.equal({ ...valued, side: 'sell' });
    expect(corrected(valued, { ...by, quantity: 9 })).to.deep.equal({ ...trade, quantity: 9 });
    expect(corrected(valued, { ...by, quantity: 9, value: 8 })).to.deep.equal({ ...trade, quantity: 9, value: 8 });
    const fee: StreamEvent = { ...of, kind: 'fee', amount: -1 };
    expect(corrected(fee, { ...by, amount: -2 })).to.deep.equal({ ...fee, amount: -2 });
  });

  it('is told apart', () => {
    const split: StreamEvent = { ...of, kind: 'split', symbol: 'AAPL', numerator: 2, denominator: 1 };
    const fee: StreamEvent = { ...of, kind: 'fee', amount: -1 };
    const foreign: StreamEvent = { ...trade, currency: 'EUR' };
    const all = [trade, foreign, split, fee];
    expect(all.map(isTrade)).to.deep.equal([true, true, false, false]);
    expect(all.map(isDollarTrade)).to.deep.equal([true, false, false, false]);
    expect(all.map(isShareEvent)).to.deep.equal([true, true, true, false]);
    expect(all.map(isCashFlow)).to.deep.equal([false, false, false, true]);
    expect(isDollarTrade({ ...trade, currency: 'USD' })).to.equal(true);
  });
});
