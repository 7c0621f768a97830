import { expect } from 'chai';
import { recordMaker } from './record-maker.js';

describe('recordMaker', () => {
  it('makes objects whose members are what each function returns, in their order', () => {
    const names = ['sum', 'class', 'constructor', 'first'];
    const make = recordMaker<[number, number], unknown>('sums', names, [
      (a, b) => a + b,
      () => 'x',
      () => undefined,
      (a) => a,
    ]);
    const made = make(1, 2);
    expect(made).to.deep.equal({ sum: 3, class: 'x', constructor: undefined, first: 1 });
    expect(Object.keys(made)).to.deep.equal(names);
    expect(make(3, 4), 'an object of its own').to.include({ sum: 7, first: 3 });
    expect(made).to.include({ sum: 3, first: 1 });
  });

  it('makes empty objects of nothing', () => {
    expect(recordMaker('nothing', [], [])()).to.deep.equal({});
  });
});
