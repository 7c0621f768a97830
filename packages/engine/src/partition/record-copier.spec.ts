import { expect } from 'chai';
import fc from 'fast-check';
import { partialRecord } from '@stockafolio/core/ports';
import { recordCopier } from './record-copier.js';

const names = ['text', 'number', 'big', 'class', 'maybe'];

const values = fc.record({
  text: fc.string(),
  number: fc.oneof(fc.double({ noNaN: true }), fc.integer(), fc.constant(2 ** 53)),
  big: fc.bigInt(),
  class: fc.boolean(),
  maybe: fc.option(fc.string(), { nil: undefined }),
});

describe('a record copier', () => {
  it('restores what it kept, value by value, whatever was kept in other slots meanwhile', () => {
    const copier = recordCopier(names, undefined, 8);
    fc.assert(
      fc.property(fc.array(values, { minLength: 1, maxLength: 8 }), (records) => {
        records.forEach((record, slot) => copier.keep(slot, record));
        records.forEach((record, slot) => {
          expect(copier.isKept(slot, record)).to.equal(true);
          for (const copy of [copier.restored(slot), copier.copy(record)]) {
            expect(copy).to.deep.equal({ ...record });
            expect(copy === record).to.equal(false);
          }
        });
      }),
    );
  });

  it('finds a change of any field', () => {
    const copier = recordCopier(names, undefined, 1);
    const record = { text: 'a', number: 1, big: 2n, class: true, maybe: undefined };
    for (const change of [{ text: 'b' }, { number: 1.5 }, { big: 3n }, { class: false }, { maybe: '' }]) {
      copier.keep(0, record);
      expect(copier.isKept(0, { ...record, ...change }), Object.keys(change).join()).to.equal(false);
    }
  });

  it('keeps of a partial record what was read, and touches nothing else', () => {
    const reads = ['number', 'class'];
    const copier = recordCopier(names, reads, 2);
    const Partial = partialRecord(names, reads);
    const partial = new Partial(7, true);
    copier.keep(0, partial);
    copier.keep(1, { text: 'whole', number: 1, big: 2n, class: false, maybe: 'x' });
    expect(copier.isKept(0, partial)).to.equal(true);
    const again = copier.restored(0) as Record<string, unknown>;
    expect([again['number'], again['class']]).to.eql([7, true]);
    expect(() => again['text']).to.throw("field 'text' was not read");
    expect(copier.restored(1)).to.deep.equal({ text: 'whole', number: 1, big: 2n, class: false, maybe: 'x' });
    copier.keep(0, { text: 'other', number: 1, big: 2n, class: false, maybe: 'x' });
    expect(copier.restored(0)).to.have.property('text', 'other');
  });
});
