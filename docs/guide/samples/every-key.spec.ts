import { hours } from '@stockafolio/core';
import { pipelineHarness } from '@stockafolio/testing';
import { expect } from 'chai';
import { holding, holdings, splits, trades } from './every-key.js';

describe('everyKey in the guide', () => {
  it('splits the shares of every holder, in whichever partition, who trades no more', async () => {
    const harness = pipelineHarness(holding, { partitions: 3 });
    const users = ['ann', 'bob', 'cid'];
    for (const user of users)
      for (const symbol of ['AAPL', 'KO']) harness.pushTo(trades, { user, symbol, quantity: 10, time: 0 });
    harness.pushTo(trades, { user: 'bob', symbol: 'AAPL', quantity: 1, time: hours(8) });
    harness.pushTo(splits, { symbol: 'AAPL', times: 4, time: hours(9) });
    harness.pushTo(trades, { user: 'ann', symbol: 'AAPL', quantity: 1, time: hours(10) });
    await harness.commit();
    expect((await harness.rows(holdings)).map(({ user, symbol, quantity }) => [user, symbol, quantity])).to.deep.equal([
      ['ann', 'AAPL', 41],
      ['ann', 'KO', 10],
      ['bob', 'AAPL', 44],
      ['bob', 'KO', 10],
      ['cid', 'AAPL', 40],
      ['cid', 'KO', 10],
    ]);
  });
});
