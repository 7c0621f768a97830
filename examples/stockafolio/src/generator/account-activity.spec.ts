import { expect } from 'chai';
import { isTrade, type StreamEvent } from '../account-stream.js';
import { wireForm } from '../wire-forms.js';
import { AccountActivity } from './account-activity.js';
import { generateTrades } from './trade-generator.js';

const options = { trades: 4000, users: 50, seed: 7, start: Date.UTC(2026, 0, 5, 14, 30), rate: 10 };

describe('the activity of accounts', () => {
  it('is the same in whatever batches it is taken, and as long as asked for', () => {
    const whole = new AccountActivity({ ...options, events: 0.2 }).next(5000);
    const parts = new AccountActivity({ ...options, events: 0.2 });
    const joined: StreamEvent[] = [];
    for (let n = 1; joined.length < 4000; n = (n * 7) % 97)
      joined.push(...parts.next(Math.min(n, 4000 - joined.length)));
    expect(joined).to.deep.equal(whole);
    expect([whole.length, parts.next(1).length]).to.deep.equal([4000, 0]);
  });

  it('has the trades of the generator, some with a commission', () => {
    const trades = new AccountActivity({ ...options, events: 0.2 })
      .next(4000)
      .filter((event) => isTrade(event) && event.currency === undefined);
    const expected = generateTrades(options).next(trades.length);
    expect(trades).to.deep.equal(
      expected.map((trade, n) => {
        const commission = trades[n]?.commission;
        return commission === undefined ? trade : { ...trade, commission };
      }),
    );
    const charged = trades.filter(({ commission }) => commission !== undefined).length;
    expect(charged / trades.length).to.be.within(0.08, 0.17);
  });

  it('is valid, of all kinds, as often as asked for, and in the order of time', () => {
    const events = new AccountActivity({ ...options, events: 0.2 }).next(4000);
    for (const event of events) expect(wireForm.decode(wireForm.encode(event))).to.deep.include(event);
    const others = events.filter((event) => !isTrade(event) || event.currency !== undefined);
    expect(others.length / events.length).to.be.within(0.17, 0.23);
    expect([...new Set(events.map(({ kind = 'trade' }) => kind))].sort()).to.deep.equal(
      [
        ...['deposit', 'dividend', 'exchange', 'fee', 'interest', 'option', 'split', 'stock-dividend', 'tax', 'trade'],
        ...['transfer-in', 'transfer-out', 'withdrawal'],
      ].sort(),
    );
    expect(events.every(({ time }, n) => time >= (events[n - 1]?.time ?? 0))).to.equal(true);
    expect(new Set(events.map(({ id }) => id)).size).to.equal(events.length);
  });

  it('has no other events unless asked for', () => {
    expect(new AccountActivity(options).next(100).every(isTrade)).to.equal(true);
    expect(() => new AccountActivity({ ...options, events: 1 })).to.throw(/events cannot be 1/);
  });
});
