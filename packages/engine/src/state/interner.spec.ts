import { expect } from 'chai';
import fc from 'fast-check';
import { codeOf } from '@stockafolio/conformance';
import { Interner } from './interner.js';

const text = fc.oneof(
  fc.string({ maxLength: 5 }),
  fc.string({ maxLength: 40, unit: 'binary' }),
  fc.constantFrom('', 'é', 'ÿ', 'Ā', '日本', '\ud800', '\u0000', 'x'.repeat(600), 'ÿ'.repeat(700), 'Ā'.repeat(300)),
);

describe('Interner', () => {
  it('gives equal texts one number, others another, and returns the texts; 0 is the empty text', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 100 }), (texts) => {
        const interner = new Interner();
        const ids = new Map([['', 0]]);
        for (const each of texts) {
          const id = interner.idOf(each);
          if (!ids.has(each)) ids.set(each, ids.size);
          expect(id).to.equal(ids.get(each));
        }
        expect(interner.size).to.equal(ids.size);
        for (const [each, id] of ids) expect(interner.textOf(id)).to.equal(each);
      }),
      { numRuns: 50 },
    );
  });

  it('is restored from slices, which may overlap but may have no gap', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 60 }), fc.nat(), fc.nat(), async (texts, a, b) => {
        const interner = new Interner();
        for (const each of texts) interner.idOf(each);
        const { size } = interner;
        const middle = a % (size + 1);
        const overlap = b % (middle + 1);
        const parts = [
          [0, middle],
          [overlap, size],
        ] as const;
        const again = new Interner();
        for (const [from, to] of parts) {
          const { ends, bytes } = interner.slice(from, to);
          again.load(from, ends, bytes);
        }
        expect(again.size).to.equal(size);
        for (let id = 0; id < size; id++) expect(again.textOf(id)).to.equal(interner.textOf(id));
        const late = interner.slice(size, size);
        const code = await codeOf(() => new Interner().load(size, late.ends, late.bytes));
        expect(code).to.equal(size > 1 ? 'ERR_CHECKPOINT_CORRUPT' : undefined);
      }),
      { numRuns: 50 },
    );
  });

  it('distinguishes any number of texts, and remembers those not used for long', () => {
    const interner = new Interner();
    for (let n = 0; n < 100_000; n++) interner.idOf(`text ${n}`);
    for (let n = 0; n < 100_000; n += 7) {
      if (interner.textOf(n + 1) !== `text ${n}` || interner.idOf(`text ${n}`) !== n + 1) expect.fail(`text ${n}`);
    }
    expect(interner.size).to.equal(100_001);
  });

  it('orders as the code points are ordered', () => {
    const interner = new Interner();
    const texts = ['', 'a', 'ab', 'b', 'ÿ', 'Ā', '\uffff', '😀'];
    const ids = texts.map((each) => interner.idOf(each));
    expect([...ids].reverse().sort((a, b) => interner.compare(a, b))).to.eql(ids);
  });
});
