import { expect } from 'chai';
import { listMaker } from './list-maker.js';

describe('listMaker', () => {
  it('lists what each function returns, in their order', () => {
    const list = listMaker<[number, number], unknown>('sums', [(a, b) => a + b, (a) => a, () => 'end']);
    expect(list(1, 2)).to.deep.equal([3, 1, 'end']);
    expect(list(3, 4), 'a list of its own').to.deep.equal([7, 3, 'end']);
  });

  it('passes on what a function throws', () => {
    const list = listMaker<[number]>('checks', [
      (n) => {
        if (n < 0) throw new RangeError('below 0');
      },
    ]);
    expect(() => list(-1)).to.throw(RangeError);
    expect(list(1)).to.deep.equal([undefined]);
  });

  it('makes empty lists of nothing', () => {
    expect(listMaker('nothing', [])()).to.deep.equal([]);
  });
});
