import { expect } from 'chai';
import { accounts, orders, payments, twice } from '@stockafolio/conformance';
import { int64, into, joinAsOf, pipeline, repartition, table, text } from '@stockafolio/core';
import { map } from 'rxjs';
import { inputNames, jointIdentity, mayBeSameSource, repartitionIdentity } from './input-name.js';

const paid = table('paid', { partitionBy: ['user'] }, { user: text(), cents: int64(), paid: int64() });

describe('names of inputs', () => {
  it('are the pipeline, with the stream if it reads several; of stages where repartitions divide it', () => {
    expect([0, 1].map((input) => inputNames(accounts, input))).to.deep.equal([
      ['accounts/orders'],
      ['accounts/payments'],
    ]);
    expect(inputNames(twice, 0)).to.deep.equal(['twice']);
    // Orders alone come before the repartition; payments are read behind it.
    const behind = pipeline('behind', { orders, payments }, ({ orders, payments }) => [
      into(
        paid,
        orders.pipe(
          repartition('again', 'user'),
          joinAsOf('last', payments, { key: ['user'], otherKey: ['payer'], keep: 1 }),
          map(({ left: { user, cents }, right }) => ({ user, cents, paid: right?.paid ?? 0 })),
        ),
      ),
    ]);
    expect([0, 1].map((input) => inputNames(behind, input))).to.deep.equal([['behind'], ['behind.again/payments']]);
  });
});

describe('identities of sources', () => {
  it('are those of all streams; the lanes of a repartition count once', () => {
    expect(jointIdentity(['a', 'b'])).to.equal('a + b');
    expect(jointIdentity(['by-item of 1', 'by-item of 1', 'b'])).to.equal('by-item of 1 + b');
    expect(repartitionIdentity('a', 'by-item')).to.match(/^by-item of [0-9a-f]{16}$/);
    expect(repartitionIdentity('a', 'by-item')).to.not.equal(repartitionIdentity('b', 'by-item'));
  });

  it('may be the same where one of them is not known yet', () => {
    expect(mayBeSameSource('a', 'a')).to.equal(true);
    expect(mayBeSameSource('a', 'b')).to.equal(false);
    expect(mayBeSameSource('', 'b')).to.equal(false);
    expect(mayBeSameSource(jointIdentity(['a', '', '']), 'a + b + c')).to.equal(true);
    expect(mayBeSameSource('a + b', 'a + c')).to.equal(false);
    expect(mayBeSameSource('a + b', 'a')).to.equal(false);
  });
});
