import { expect } from 'chai';
import fc from 'fast-check';
import { remembering } from './remembering.js';

describe('a remembered text', () => {
  it('is what the function gives, in any order, and few are made twice', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 40 })), (asked) => {
        let made = 0;
        const written = remembering((n: number) => `${++made && n}`);
        for (const n of asked) expect(written(n)).to.equal(String(n));
        expect(made).to.equal(new Set(asked).size);
      }),
    );
  });

  it('is right after more texts than are kept', () => {
    const written = remembering((n: number) => String(n));
    for (let n = 0; n < 20_000; n++) expect(written(n % 6_000)).to.equal(String(n % 6_000));
  });
});
