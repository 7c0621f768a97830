import { expect } from 'chai';
import fc from 'fast-check';
import { canCompile } from '../compile/index.js';
import { compiledReader, latin1Of, plainReader } from './bytes.js';

const bytes = fc.uint8Array({ maxLength: 60 });

describe('the text of bytes', () => {
  it('has one character for each, wherever in a buffer they are', () => {
    fc.assert(
      fc.property(bytes, fc.nat(5), (some, start) => {
        const wanted = [...some.subarray(start)].map((byte) => String.fromCharCode(byte)).join('');
        for (const each of [some, Buffer.from(some)]) {
          expect(latin1Of(each, Math.min(start, each.length), each.length)).to.equal(wanted);
        }
      }),
    );
  });

  it('is the same without compiling', function () {
    if (!canCompile()) this.skip();
    fc.assert(
      fc.property(bytes, (some) => {
        for (const each of [some, Buffer.from(some)]) {
          expect(plainReader(some.length)(each, 0)).to.equal(compiledReader(some.length)(each, 0));
        }
      }),
    );
  });
});
