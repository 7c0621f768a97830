import { expect } from 'chai';
import { specialize } from './specialize.js';

describe('specialize', () => {
  it('returns a function over its scope, with the same code for the same owner and text', () => {
    const text = 'return (n) => n + step;';
    const one = specialize<(n: number) => number>('one', { step: 1 }, text);
    const two = specialize<(n: number) => number>('one', { step: 2 }, text);
    expect([one(1), two(1)]).to.eql([2, 3]);
  });

  it('executes no code from the name of an owner', () => {
    for (const end of ['\n', '\r', '\u2028', '\u2029']) {
      const made = specialize<() => string>(`${end}return () => 'theirs';//`, { word: 'ours' }, 'return () => word;');
      expect(made()).to.equal('ours');
    }
  });
});
