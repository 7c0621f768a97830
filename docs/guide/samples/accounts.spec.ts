import { pipelineHarness } from '@stockafolio/testing';
import { expect } from 'chai';
import { accounts, orders, owed, payments, type Order } from './accounts.js';

describe('accounts', () => {
  // #region test
  it('counts what was ordered and paid', async () => {
    const harness = pipelineHarness<Order>(accounts);
    harness.pushTo(payments, { payer: 'ann', cents: 300, time: 20 });
    harness.pushTo(orders, { user: 'ann', cents: 500, time: 10 });
    await harness.commit();
    expect(await harness.rows(owed)).to.deep.equal([{ user: 'ann', cents: 200 }]);
  });
  // #endregion test
});
