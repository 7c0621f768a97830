import { expect } from 'chai';
import fc from 'fast-check';
import { DueBook } from './due-book.js';

type Step = { readonly add: number } | { readonly take: number } | 'rollback';

describe('DueBook', () => {
  it('gives every slot once, when it is due, in order of time and of noting; none that was taken back', () => {
    const step: fc.Arbitrary<Step> = fc.oneof(
      { weight: 5, arbitrary: fc.record({ add: fc.nat(20) }) },
      { weight: 2, arbitrary: fc.record({ take: fc.nat(25) }) },
      { weight: 1, arbitrary: fc.constant('rollback' as const) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const book = new DueBook();
        let model: { time: number; slot: number; record: number }[] = [];
        let record = 0;
        let slot = 0;
        for (const each of steps) {
          if (each === 'rollback') {
            book.rollback(record);
            model = model.filter((noted) => noted.record !== record);
            record++;
          } else if ('add' in each) {
            book.add(each.add, slot, record);
            model.push({ time: each.add, slot: slot++, record });
          } else {
            record++;
            const due: number[] = [];
            book.take(each.take, (n) => void due.push(n));
            const wanted = model.filter(({ time }) => time <= each.take).sort((a, b) => a.time - b.time);
            expect(due).to.eql(wanted.map((noted) => noted.slot));
            model = model.filter(({ time }) => time > each.take);
          }
          const all: number[] = [];
          book.forEach((n) => void all.push(n));
          expect(all).to.eql([...model].sort((a, b) => a.time - b.time).map((noted) => noted.slot));
          expect(book.next).to.be.at.most(Math.min(...model.map(({ time }) => time)));
        }
      }),
    );
  });
});
