import { pipelineHarness } from '@stockafolio/testing';
import { deadLetters } from '@stockafolio/engine';
import { expect } from 'chai';
import { accountEvents } from '../account-tables.js';
import { trades } from '../account-stream.js';
import { actions, type CorporateAction } from '../action-stream.js';
import { portfolioOf } from '../pipeline.js';
import { positions } from '../tables.js';
import { actionForm } from '../wire-forms.js';
import { AccountActivity } from './account-activity.js';
import { PriceWalk } from './price-walk.js';
import { randomOf } from './random.js';
import { generateTrades } from './trade-generator.js';
import { universe } from '../universe/universe.js';

/** Some 200 days of 47 trades. */
const options = { trades: 10_000, users: 20, seed: 7, start: Date.UTC(2025, 0, 6), rate: 0.002, actions: true };

/** All actions, and the trades, taken so many at a time. */
function made(atATime: number): { readonly trades: readonly object[]; readonly actions: readonly CorporateAction[] } {
  const generator = generateTrades(options);
  const all = { trades: [] as object[], actions: [] as CorporateAction[] };
  for (let some = generator.next(atATime); some.length > 0; some = generator.next(atATime)) {
    all.trades.push(...some);
    all.actions.push(...generator.takeActions());
  }
  return all;
}

describe('generated corporate actions', () => {
  it('are the same for the same options, in whatever batches, and in order', () => {
    const all = made(1);
    expect(made(777)).to.deep.equal(all);
    const times = all.actions.map(({ time }) => time);
    expect(times).to.deep.equal(times.toSorted((a, b) => a - b));
    for (const kind of ['split', 'dividend', 'stock-dividend'] as const)
      expect(all.actions.filter((each) => each.kind === kind).length, kind).to.be.greaterThan(
        kind === 'dividend' ? 1_000 : 5,
      );
    for (const action of all.actions) expect(actionForm.decode(actionForm.encode(action))).to.include(action);
  });

  it('change no trade but its price', () => {
    const facts = (of: typeof options): string[] =>
      [...generateTrades(of)].map(({ id, user, symbol, side, quantity, time }) =>
        [id, user, symbol, side, quantity, time].join(' '),
      );
    expect(facts(options)).to.deep.equal(facts({ ...options, actions: false }));
    expect(generateTrades(options).takeActions()).to.deep.equal([]);
  });

  it('move the price by what a share has become, or pays', () => {
    const prices = new PriceWalk(universe, randomOf(1, 3));
    const before = prices.at(0);
    prices.divide(0, 4);
    expect(prices.at(0)).to.be.closeTo(before / 4, 50);
    prices.pay(0, 10_000);
    expect(prices.at(0)).to.be.closeTo(before / 4 - 10_000, 100);
  });

  it('come between the events of accounts, and each holder of the pipeline has an event of them', async () => {
    const activity = new AccountActivity({ ...options, trades: 3_000, events: 0.02 });
    const harness = pipelineHarness(portfolioOf({ actions: true }), { partitions: 2 });
    for (let some = activity.next(10); some.length > 0; some = activity.next(10)) {
      const due = activity.takeActions();
      if (due.length > 0) harness.pushTo(actions, ...due);
      harness.pushTo(trades, ...some);
    }
    await harness.commit();
    const own = (await harness.rows(accountEvents)).filter(({ id }) => id.startsWith('c7-'));
    expect(own.length).to.be.greaterThan(100);
    expect(own.filter(({ kind }) => kind === 'split')).to.not.be.empty;
    expect((await harness.rows(positions)).length).to.be.greaterThan(100);
    const letters = (await harness.rows(deadLetters)).filter(({ operator }) => operator.includes('actions'));
    expect(letters).to.deep.equal([]);
  });
});
