import { expect } from 'chai';
import { canCompile } from './compile.js';
import { clonedMaker, compiledMaker, recordMaker } from './record-maker.js';

describe('a maker of records', () => {
  const names = ['user', 'class', 'constructor', 'toString', 'price'];

  it('gives each field its value, in order', () => {
    const record = recordMaker(names)([1, 'a', 2, undefined, 3n]);
    expect(Object.entries(record)).to.deep.equal([
      ['user', 1],
      ['class', 'a'],
      ['constructor', 2],
      ['toString', undefined],
      ['price', 3n],
    ]);
    expect(Object.getPrototypeOf(record)).to.equal(Object.prototype);
  });

  it('makes the same records without compiling', function () {
    if (!canCompile()) this.skip();
    for (const count of [0, 1, 3, 5]) {
      const some = names.slice(0, count);
      const values = ['a', 1, undefined, true, 5n].slice(0, count);
      const made = [compiledMaker(some)(values), clonedMaker(some)(values)].map((each) => Object.entries(each));
      expect(made[1]).to.deep.equal(made[0]);
    }
  });

  it('makes separate records', () => {
    for (const make of [recordMaker<Record<string, unknown>>(names), clonedMaker<Record<string, unknown>>(names)]) {
      const first = make([1, 2, 3, 4, 5]);
      make([6, 7, 8, 9, 10]);
      expect(Object.values(first)).to.deep.equal([1, 2, 3, 4, 5]);
    }
  });
});
