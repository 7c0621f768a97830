import type { Tables } from '@stockafolio/core/ports';
import { systemClock } from '@stockafolio/connectors/clock-system';
import { expect } from 'chai';
import { traded, tradeOf } from '../../test/traded.js';
import { UsersIndex } from './users-index.js';

/** Ids with common prefixes, and one outside the first plane of Unicode. */
const USERS = ['u1', 'u10', 'u11', 'u2', 'x', 'u\u{1f600}', 'u\uffee'];

describe('suggested users', () => {
  let tables: Tables;
  before(async () => {
    ({ tables } = await traded(USERS.map((user) => tradeOf({ id: user, user }))));
  });

  it('from tables in key order are all with the prefix, and no row is read beyond them', async () => {
    let read = 0;
    const counting: Tables = {
      ...tables,
      async *scanAll(table, options) {
        for await (const row of tables.scanAll(table, options)) {
          read += 1;
          yield row;
        }
      },
    };
    const index = new UsersIndex(counting, systemClock, 1);
    expect(await index.startingWith('u1', 8)).to.deep.equal({ users: ['u1', 'u10', 'u11'], complete: true });
    expect(read).to.equal(4);
    expect((await index.startingWith('u1', 2)).users).to.deep.equal(['u1', 'u10']);
    expect((await index.startingWith('u', 8)).users).to.have.members(USERS.filter((user) => user !== 'x'));
    expect((await index.startingWith('', 1)).users).to.have.length(1);
    expect(await index.startingWith('z', 8)).to.deep.equal({ users: [], complete: true });
  });

  it('from other tables are among the first ones, which the answer says; a full id is always found', async () => {
    const unordered: Tables = { ...tables, inKeyOrder: false };
    const all = new UsersIndex(unordered, systemClock);
    expect(await all.startingWith('u1', 8)).to.deep.equal({ users: ['u1', 'u10', 'u11'], complete: true });
    const few = new UsersIndex(unordered, systemClock, 1);
    expect(await few.startingWith('x', 8)).to.deep.equal({ users: ['x'], complete: false });
  });
});
