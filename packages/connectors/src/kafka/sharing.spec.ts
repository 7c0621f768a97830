import { expect } from 'chai';
import fc from 'fast-check';
import { assignPartitions } from './assign-partitions.js';
import { Outbox, type Append } from './outbox.js';
import type { TimedMessage } from './protocol/write-batch.js';

describe('assignPartitions', () => {
  it('gives each partition to one member, evenly, in whatever order the leader received them', () => {
    const members = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(members, fc.integer({ min: 1, max: 64 }), (ids, count) => {
        const partitions = Array.from({ length: count }, (_, n) => n);
        const shares = assignPartitions(ids, partitions);
        expect([...shares.values()].flat().sort((a, b) => a - b)).to.deep.equal(partitions);
        const sizes = [...shares.values()].map((share) => share.length);
        expect(Math.max(...sizes) - Math.min(...sizes)).to.be.at.most(1);
        expect([...assignPartitions([...ids].reverse(), [...partitions].reverse())]).to.deep.equal([...shares]);
      }),
    );
  });
});

describe('an outbox', () => {
  const append = (left: number): Append => ({ left, resolve: () => undefined, reject: () => undefined });

  it('returns every message once and in order, in batches no larger than requested', () => {
    const sizes = fc.array(fc.array(fc.nat(200), { minLength: 1, maxLength: 10 }), { maxLength: 10 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 500 }), (appends, most) => {
        const outbox = new Outbox();
        let n = 0;
        for (const each of appends)
          outbox.add(
            append(each.length),
            each.map((length): TimedMessage => ({ key: null, value: new Uint8Array(length), timestamp: n++ })),
          );
        const given: number[] = [];
        while (!outbox.empty) {
          const { messages, appends: owners } = outbox.take(most);
          expect(owners.reduce((sum, { count }) => sum + count, 0)).to.equal(messages.length);
          const bytes = messages.reduce((sum, { value }) => sum + (value?.length ?? 0) + 24, 0);
          expect(messages.length === 1 || bytes <= most).to.equal(true);
          given.push(...messages.map(({ timestamp }) => timestamp));
        }
        expect(given).to.deep.equal(Array.from({ length: n }, (_, i) => i));
      }),
    );
  });
});
