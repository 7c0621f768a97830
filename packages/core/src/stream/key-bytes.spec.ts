import { expect } from 'chai';
import fc from 'fast-check';
import { keyBytes, keyText } from './index.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('the bytes of a key', () => {
  it('are the UTF-8 of its text, however long it is', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '\u007f', '\u0080', 'é', '€', '😀'), maxLength: 50 }),
        (text) => {
          expect(keyBytes(text)).to.deep.equal(utf8(text));
        },
      ),
    );
  });

  it('of a number are its digits', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (n) => {
        expect(keyBytes(n)).to.deep.equal(utf8(String(n)));
      }),
    );
  });

  it('of several parts are their texts joined by U+0000', () => {
    fc.assert(
      fc.property(fc.string(), fc.maxSafeInteger(), (text, n) => {
        expect(keyText([text, n])).to.equal(`${text}\u0000${n}`);
        expect(keyBytes([text, n])).to.deep.equal(utf8(`${text}\u0000${n}`));
      }),
    );
  });
});
