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

  it('keeps the numbers of texts that are used, forgets the others, and is restored from what was saved', () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ kind: fc.constant('use' as const), text }) },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('drop' as const), n: fc.nat() }) },
      {
        weight: 2,
        arbitrary: fc.record({ kind: fc.constantFrom('forget' as const, 'save' as const, 'restart' as const) }),
      },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        let interner = new Interner();
        let used = new Map<string, number>();
        let saved = new Map<string, number>();
        let files: { readonly ids: Int32Array; readonly ends: Float64Array; readonly bytes: Uint8Array }[] = [];
        const forget = (): void => {
          const marks = interner.marks();
          for (const id of used.values()) marks.add(id);
          interner.keepOnly(marks);
        };
        for (const each of steps) {
          if (each.kind === 'use') {
            const id = interner.idOf(each.text);
            if (used.has(each.text)) expect(id).to.equal(used.get(each.text));
            else if (each.text !== '') expect([...used.values()]).not.to.include(id);
            used.set(each.text, id);
          } else if (each.kind === 'drop') {
            const [dropped] = [...used.keys()].slice(each.n % Math.max(1, used.size));
            if (dropped !== undefined) used.delete(dropped);
          } else if (each.kind === 'forget') {
            forget();
            expect(interner.size).to.equal(new Set(['', ...used.keys()]).size);
          } else if (each.kind === 'save') {
            const needed = interner.marks();
            for (const id of used.values()) needed.add(id);
            const ids = interner.takeUnsaved(needed);
            files.push({ ids, ...interner.pack(ids) });
            saved = new Map(used);
          } else {
            interner = new Interner();
            for (const { ids, ends, bytes } of [...files].reverse()) interner.load(ids, ends, bytes);
            interner.loaded();
            used = new Map(saved);
            forget();
            const all = interner.numbers(0, interner.end);
            files = [{ ids: all, ...interner.pack(all) }];
          }
          for (const [known, id] of used) expect(interner.textOf(id)).to.equal(known);
          for (const [known, id] of used) expect(interner.idOf(known)).to.equal(id);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('packs a text with one byte per unit, or two if one of its units needs them, and a byte that states which', () => {
    const interner = new Interner();
    const ids = Int32Array.from(['abcÿ', 'abcĀ', ''], (each) => interner.idOf(each));
    expect([...interner.pack(ids).ends]).to.eql([5, 14, 15]);
  });

  it('does not return a text that is needed no longer, until it is needed again', () => {
    const interner = new Interner();
    const [a, b] = [interner.idOf('a'), interner.idOf('b')];
    const needed = interner.marks();
    needed.add(b);
    expect([...interner.takeUnsaved(needed)]).to.eql([b]);
    expect([...interner.takeUnsaved(interner.marks())]).to.eql([]);
    expect(interner.unsaved).to.equal(2);
    expect([...interner.takeUnsaved()]).to.eql([0, a]);
    expect(interner.unsaved).to.equal(0);
  });

  it('says that texts may be unused only if many were both released and numbered', () => {
    const interner = new Interner();
    for (let n = 0; n < 200_000; n++) interner.idOf(`text ${n}`);
    expect(interner.mayHaveUnused(), 'none was released').to.equal(false);
    interner.released = 100_001;
    expect(interner.mayHaveUnused()).to.equal(true);
    interner.keepOnly(interner.marks());
    expect(interner.mayHaveUnused()).to.equal(false);
    interner.released = 1_000_000;
    expect(interner.mayHaveUnused(), 'none was numbered since').to.equal(false);
    expect(interner.size).to.equal(1);
  });

  it('reuses the memory of forgotten texts', () => {
    const interner = new Interner();
    for (let n = 0; n < 100_000; n++) interner.idOf(`a longer text ${n}`);
    const { bytes, end } = interner;
    for (let round = 1; round < 20; round++) {
      interner.keepOnly(interner.marks());
      for (let n = 0; n < 100_000; n++) interner.idOf(`a longer text ${round * 100_000 + n}`);
    }
    expect(interner.end).to.equal(end);
    expect(interner.bytes).to.be.below(3 * bytes);
  });

  it('refuses to keep a number that has no text', async () => {
    const interner = new Interner();
    interner.idOf('a');
    interner.idOf('b');
    const marks = interner.marks();
    marks.add(1);
    interner.keepOnly(marks);
    marks.add(2);
    expect(await codeOf(() => interner.keepOnly(marks))).to.equal('ERR_INTERNAL');
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
