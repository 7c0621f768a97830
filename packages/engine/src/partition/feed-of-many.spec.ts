import { expect } from 'chai';
import fc from 'fast-check';
import { map } from 'rxjs';
import { addTo, byItem, byUser, Sale, sale, Sum } from '@stockafolio/conformance';
import {
  BadRecordError,
  foldByKey,
  int64,
  into,
  pipeline,
  shardedFold,
  stream,
  table,
  text,
  timestamp,
} from '@stockafolio/core';
import { Feed, type PartitionEngine, type VersionFloor } from '@stockafolio/engine';
import { expectSameInBatches } from '../../test/disturbed.js';
import { newEngine, shown, stateOf } from '../../test/engines.js';

const settings = {
  key: ({ user }: Sale): string => {
    if (user === 'nobody') throw new Error('no user');
    return user;
  },
  time: (s: Sale) => s.time,
};
const orders = stream('orders', Sale, settings);
const gifts = stream('gifts', Sale, settings);
const ofTimes = table(
  'of_times',
  { partitionBy: ['user'], clusterBy: ['time'] },
  { user: text(), time: timestamp(), amount: int64() },
);
/** @param change a function that is given the gifts before the operators are */
const made = (change: (each: Sale) => Sale) =>
  pipeline('many', { orders, gifts }, ({ orders, gifts }) => [
    into(ofTimes, gifts.pipe(map((each) => rowOf(change(each))))),
    into(byUser, orders.pipe(foldByKey('users', { key: ({ user }) => [user], state: Sum, fold: addTo }))),
    into(byItem, gifts.pipe(shardedFold('items', { key: ['item'], state: Sum, fold: addTo }))),
  ]);
const rowOf = ({ user, time, amount }: Sale) => ({ user, time, amount });
const pure = made((each) => each);

const bad = new BadRecordError([]);
const anyMessages = fc.array(
  fc.record({ input: fc.nat(1), isBad: fc.integer({ min: 0, max: 9 }).map((n) => n === 0), later: fc.nat(3) }),
  { maxLength: 400 },
);
const anyFloors = fc.array(fc.record({ offset: fc.nat(450), version: fc.integer({ min: 1, max: 2_000_000 }) }), {
  maxLength: 3,
});

function outcome(engine: PartitionEngine): string {
  return shown([
    engine.position,
    engine.setAside,
    stateOf(engine),
    engine.commit().map((row) => [row.values, row.version]),
  ]);
}

describe('Feed, of several streams', () => {
  it('has the same result as messages one by one, above the version floors that they reach', () => {
    fc.assert(
      fc.property(anyMessages, anyFloors, (messages, all) => {
        const floors: VersionFloor[] = all.toSorted((a, b) => a.offset - b.offset);
        const [single, together] = [newEngine(pure), newEngine(pure)];
        for (const engine of [single, together]) engine.setFloors(floors);
        const feed = new Feed(together);
        const next = [0, 0];
        let time = 0;
        messages.forEach(({ input, isBad, later }, n) => {
          const offset = next[input] ?? 0;
          next[input] = offset + 1;
          const position = { input, offset, ingested: n };
          const record = sale({ user: `u${n % 3}`, amount: n, time: (time += later) });
          if (n >= single.nextFloor) single.passFloors(n);
          if (isBad) {
            single.reject(bad, new Uint8Array(0), position);
            feed.reject(bad, new Uint8Array(0), position);
          } else {
            single.push(record, position);
            feed.add({ ...record }, position);
          }
        });
        feed.end();
        expect(outcome(together)).to.equal(outcome(single));
      }),
    );
  });

  it('makes the same of records that a function changes, or that have no key', () => {
    const anyRecords = fc.array(
      fc.record({ input: fc.nat(1), user: fc.constantFrom('ann', 'ann', 'bob', 'bob', 'nobody'), amount: fc.nat(20) }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(anyRecords, fc.integer({ min: 1, max: 40 }), (facts, cut) => {
        const changing = made((each) => (each.amount === 2 ? Object.assign(each, { item: 'rum' }) : each));
        const records = facts.map(({ input, ...each }, time) => ({ input, record: sale({ ...each, time }) }));
        expectSameInBatches(changing, [records.slice(0, cut), records.slice(cut)]);
      }),
    );
  });
});
