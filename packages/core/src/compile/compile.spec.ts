import { expect } from 'chai';
import { canCompile, compile, instantiate } from './compile.js';

interface Counter {
  next(): number;
}

function counterFrom({ first }: { first: number }): Counter {
  let n = first;
  return { next: () => n++ };
}

const outside = 3;

function usesOutside({ by }: { by: number }): (n: number) => number {
  const factor = outside * by;
  return (n) => n * factor;
}

describe('code that is made at run time', () => {
  it('is compiled wherever that is allowed', () => {
    expect(canCompile()).to.equal(!process.execArgv.includes('--disallow-code-generation-from-strings'));
  });

  it('is told apart by its owner, and shared by those of one owner', function () {
    if (!canCompile()) this.skip();
    const text = 'return (n) => n + step;';
    const add = compile<(n: number) => number>('a', { step: 2 }, text);
    expect(add(1)).to.equal(3);
    expect(compile<(n: number) => number>('a', { step: 5 }, text)(1)).to.equal(6);
  });

  it('is a copy of a function, with variables of its own', () => {
    const a = instantiate('a', counterFrom, { first: 1 });
    const b = instantiate('b', counterFrom, { first: 10 });
    const again = instantiate('a', counterFrom, { first: 1 });
    expect([a.next(), a.next(), b.next(), again.next()]).to.deep.equal([1, 2, 10, 1]);
  });

  it('runs the function itself if that names what is outside of it', () => {
    expect(instantiate('a', usesOutside, { by: 2 })(1)).to.equal(6);
    expect(instantiate('a', usesOutside, { by: 3 })(1), 'the second time too').to.equal(9);
  });

  it('passes on what the function throws', () => {
    const fails = (): never => {
      throw new RangeError('no');
    };
    expect(() => instantiate('a', fails, {})).to.throw(RangeError, 'no');
  });

  it('keeps the name of its owner out of the code', function () {
    if (!canCompile()) this.skip();
    for (const end of ['\n', '\r', '\u2028', '*/']) {
      const owner = `${end}return () => 'theirs';//`;
      expect(compile<() => string>(owner, { word: 'ours' }, 'return () => word;')()).to.equal('ours');
      expect(instantiate(owner, counterFrom, { first: 4 }).next()).to.equal(4);
    }
  });
});
