import { hours, minutes } from '@stockafolio/core';
import { pipelineHarness } from '@stockafolio/testing';
import { expect } from 'chai';
import {
  charged,
  charging,
  discounted,
  discounting,
  discounts,
  orders,
  type Order,
  owed,
  owing,
  payments,
  rates,
  settled,
  settling,
} from './joins.js';

const order = (id: string, cents: number, time: number): Order => ({ user: 'ann', id, cents, time });

describe('joins', () => {
  it('finds the payment of an order, and the orders that nobody paid', async () => {
    const harness = pipelineHarness<Order>(settling, { partitions: 1 });
    harness.push(order('a', 500, 0), order('b', 700, 0));
    harness.pushTo(payments, { user: 'ann', order: 'a', cents: 500, time: minutes(5) });
    harness.push(order('c', 100, hours(2)));
    await harness.commit();
    expect(await harness.rows(settled)).to.deep.equal([
      { user: 'ann', id: 'a', cents: 500 },
      { user: 'ann', id: 'b', cents: 0 },
    ]);
  });

  it('finds the discount that was valid when an order was made', async () => {
    const harness = pipelineHarness<Order>(discounting, { partitions: 1 });
    harness.push(order('a', 500, 10), order('b', 500, 20), order('c', 500, 35));
    harness.pushTo(discounts, { user: 'ann', cents: 50, time: 20 }, { user: 'ann', cents: 70, time: 30 });
    harness.push(order('d', 500, 25));
    await harness.commit();
    expect((await harness.rows(discounted)).map(({ id, cents }) => [id, cents])).to.deep.equal([
      ['a', 500],
      // Both are of one time, and orders come first in the pipeline.
      ['b', 500],
      ['c', 430],
      ['d', 450],
    ]);
  });

  it('has the rate of each moment in every partition', async () => {
    const harness = pipelineHarness(charging, { partitions: 3 });
    harness.pushTo(
      rates,
      { currency: 'eur', perMille: 1_100, time: 10 },
      { currency: 'eur', perMille: 1_200, time: 20 },
    );
    const users = ['ann', 'bob', 'cy', 'dan'];
    for (const user of users) harness.pushTo(orders, { ...order('early', 100, 10), user });
    for (const user of users) harness.pushTo(orders, { ...order('late', 100, 20), user });
    await harness.commit();
    const rows = await harness.rows(charged);
    expect(rows.map(({ user, id, cents }) => `${user} ${id} ${cents}`).sort()).to.deep.equal(
      users.flatMap((user) => [`${user} early 110`, `${user} late 120`]),
    );
  });

  it('keeps what is ordered beside what is paid', async () => {
    const harness = pipelineHarness<Order>(owing, { partitions: 1 });
    harness.push(order('a', 500, 0), order('b', 700, 10));
    harness.pushTo(payments, { user: 'ann', order: 'a', cents: 500, time: 5 });
    await harness.commit();
    expect(await harness.rows(owed)).to.deep.equal([{ user: 'ann', cents: 700 }]);
  });
});
