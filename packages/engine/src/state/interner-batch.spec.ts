import { expect } from 'chai';
import fc from 'fast-check';
import { Interner } from './interner.js';
import { BATCH_SIZE } from './batch-size.js';

const word = fc.oneof(
  fc.constantFrom('', 'a', 'b', 'ÿ', 'Ā', '日本', 'a\u0000', 'ab'.repeat(300)),
  fc.nat(400).map((n) => `user ${n}`),
);

describe('the keys of a batch', () => {
  it('get the same numbers as one by one, also if several operators ask for them', () => {
    fc.assert(
      fc.property(fc.array(fc.array(word, { maxLength: 30 }), { maxLength: 8 }), (batches) => {
        const [together, single] = [new Interner(), new Interner()];
        for (const keys of batches) {
          together.number(keys, keys.length);
          const ids = keys.map((key) => single.idOf(key));
          for (let operator = 0; operator < 2; operator++) {
            keys.forEach((key, i) => {
              together.batchIndex = i;
              expect(together.idOf(key)).to.equal(ids[i]);
              expect(together.idOf(`${key}!`)).to.equal(single.idOf(`${key}!`));
            });
          }
        }
        expect(together.size).to.equal(single.size);
        for (let id = 0; id < single.size; id++) expect(together.textOf(id)).to.equal(single.textOf(id));
      }),
      { numRuns: 60 },
    );
  });

  it('are numbered up to the given count, and not at all if one is not a text', () => {
    const interner = new Interner();
    interner.number(['a', 'b', 'c'], 2);
    expect(interner.size).to.equal(3);
    interner.number(['d', 7, 'e'], 3);
    interner.number([['f']], 1);
    expect(interner.size).to.equal(3);
    interner.batchIndex = 0;
    expect(['a', 'b', 'd'].map((key) => interner.idOf(key))).to.eql([1, 2, 3]);
  });

  it('may be as many as the largest batch has, all of them new', () => {
    const interner = new Interner();
    const keys = Array.from({ length: BATCH_SIZE }, (_, n) => `key ${n}`);
    interner.number(keys, BATCH_SIZE);
    expect(interner.size).to.equal(BATCH_SIZE + 1);
    keys.forEach((key, i) => {
      interner.batchIndex = i;
      expect(interner.idOf(key)).to.equal(i + 1);
    });
  });
});

describe('Interner', () => {
  it('distinguishes texts that are alike in length, first, middle and last unit', () => {
    const interner = new Interner();
    const texts = ['abcde', 'axcye', 'axcde', 'abcye', 'ábcde', 'Ābcde', 'abcd', 'abcdef'];
    for (let round = 0; round < 3; round++) {
      texts.forEach((text, n) => expect(interner.idOf(text), text).to.equal(n + 1));
    }
    texts.forEach((text, n) => expect(interner.textOf(n + 1)).to.equal(text));
  });

  it('holds no more bytes than a few times those of its texts, plus an initial size', () => {
    const interner = new Interner();
    expect(interner.bytes).to.be.within(1_000, 10_000);
    for (let n = 0; n < 20_000; n++) interner.idOf(`a text of some length ${n}`);
    const texts = 20_000 * 28;
    expect(interner.bytes).to.be.within(texts, 4 * texts);
  });

  it('knows a text that fills its initial memory, and those after it', () => {
    for (const length of [509, 510, 511, 512, 513, 2_000]) {
      for (const unit of ['x', 'Ā']) {
        const interner = new Interner();
        const long = unit.repeat(length);
        expect([interner.idOf(long), interner.idOf('b'), interner.idOf(long)]).to.eql([1, 2, 1]);
        expect([interner.textOf(1), interner.textOf(2)]).to.eql([long, 'b']);
      }
    }
  });
});
