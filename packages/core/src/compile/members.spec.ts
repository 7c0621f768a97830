import { expect } from 'chai';
import { memberCopier, memberReader, memberStore, memberWriter } from './members.js';

class Trade {
  readonly #price = 7;
  readonly user = 'ann';
  get price(): number {
    return this.#price;
  }
}

describe('members', () => {
  it('are read by their names, words of the language too', () => {
    expect(memberReader<{ class: number }, 'class'>('x', 'class')({ class: 3 })).to.equal(3);
    expect(memberReader<Trade, 'price'>('x', 'price')(new Trade())).to.equal(7);
    expect(memberReader<Partial<Trade>, 'price'>('x', 'price')({})).to.equal(undefined);
  });

  it('are copied into plain objects, in the given order', () => {
    const copy = memberCopier<Trade, 'price' | 'user'>('x', ['price', 'user'])(new Trade());
    expect(copy).to.deep.equal({ price: 7, user: 'ann' });
    expect(Object.keys(copy)).to.deep.equal(['price', 'user']);
    expect(Object.getPrototypeOf(copy)).to.equal(Object.prototype);
  });

  it('are written into another object, no others', () => {
    const to = { price: 1, user: 'bob', class: 1 };
    memberWriter<{ price: number; user: string; class: number }>('x', ['price', 'class'])(to, {
      ...{ price: 2, user: 'cid', class: 3 },
    });
    expect(to).to.deep.equal({ price: 2, user: 'bob', class: 3 });
  });

  it('are kept in slots, and compared with what is kept', () => {
    const store = memberStore<{ a: number; b: string }>('x', ['a', 'b'], 2);
    store.keep(0, { a: 1, b: 'x' });
    store.keep(1, { a: 2, b: 'y' });
    expect(store.values).to.deep.equal([
      [1, 2],
      ['x', 'y'],
    ]);
    expect(store.isKept(0, { a: 1, b: 'x' })).to.equal(true);
    expect(store.isKept(1, { a: 1, b: 'x' })).to.equal(false);
    expect(store.isKept(0, { a: 1, b: 'y' })).to.equal(false);
  });
});
