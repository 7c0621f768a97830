import { expect } from 'chai';
import fc from 'fast-check';
import { DueBook } from './due-book.js';

type Step = { readonly add: number } | { readonly take: number } | 'rollback';

describe('DueBook', () => {
  it('returns every slot once, when it is due, in order of time and of adding; none that was rolled back', () => {
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

  it('returns a moved slot once, when it is due last, whatever was moved, removed and rolled back', () => {
    const slot = fc.nat(5);
    const time = fc.nat(20);
    const change = fc.oneof(
      { weight: 4, arbitrary: fc.record({ slot, time }) },
      { weight: 1, arbitrary: fc.record({ slot, time: fc.constant(Infinity) }) },
    );
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ changes: fc.array(change, { maxLength: 4 }), undone: fc.boolean() }) },
      { weight: 2, arbitrary: fc.record({ take: fc.nat(25) }) },
    );
    fc.assert(
      fc.property(fc.array(fc.record({ slot, time }), { maxLength: 6 }), fc.array(step), (added, steps) => {
        const book = new DueBook();
        const model = new Map<number, number>();
        for (const each of added) {
          if (model.has(each.slot)) continue;
          book.add(each.time, each.slot, -1);
          model.set(each.slot, each.time);
        }
        const dueBy = (watermark: number): number[] =>
          [...model].filter(([, due]) => due <= watermark).map(([due]) => due);
        const timesOf = (slots: readonly number[]): (number | undefined)[] => slots.map((each) => model.get(each));
        steps.forEach((each, record) => {
          if ('take' in each) {
            const due: number[] = [];
            book.take(each.take, (n) => void due.push(n));
            expect(due.toSorted()).to.eql(dueBy(each.take).toSorted());
            expect(timesOf(due)).to.eql(timesOf(due).toSorted((a = 0, b = 0) => a - b));
            for (const n of due) model.delete(n);
          } else {
            const before = new Map(model);
            for (const to of each.changes) {
              // Earlier than what was taken is due at once.
              if (to.time < Infinity) book.move(to.time, to.slot, record);
              else book.remove(to.slot, record);
              if (to.time < Infinity) model.set(to.slot, to.time);
              else model.delete(to.slot);
            }
            if (each.undone) {
              book.rollback(record);
              model.clear();
              for (const [n, due] of before) model.set(n, due);
            }
          }
          const all: number[] = [];
          book.forEach((n) => void all.push(n));
          expect(all.toSorted()).to.eql(dueBy(Infinity).toSorted());
          expect(timesOf(all)).to.eql(timesOf(all).toSorted((a = 0, b = 0) => a - b));
          expect(book.next).to.be.at.most(Math.min(...model.values()));
        });
      }),
      { numRuns: 500 },
    );
  });

  const taken = (book: DueBook, watermark: number): number[] => {
    const slots: number[] = [];
    book.take(watermark, (slot) => void slots.push(slot));
    return slots;
  };

  it('is next due at the earliest time, and never if it is empty', () => {
    const book = new DueBook();
    expect(book.next).to.equal(Number.POSITIVE_INFINITY);
    book.add(5, 0, 0);
    expect(book.next).to.equal(5);
    book.add(9, 1, 0);
    expect(book.next).to.equal(5);
    book.add(3, 2, 1);
    expect(book.next).to.equal(3);
    expect(taken(book, 5)).to.deep.equal([2, 0]);
    expect(book.next).to.equal(9);
    expect(taken(book, 9)).to.deep.equal([1]);
    expect(book.next).to.equal(Number.POSITIVE_INFINITY);
  });

  it('rolls back everything that a record added, once, and nothing of the previous record', () => {
    const book = new DueBook();
    book.add(5, 0, 0);
    book.add(5, 1, 1);
    book.add(6, 2, 1);
    book.rollback(1);
    book.rollback(1);
    book.rollback(0);
    expect(taken(book, 10)).to.deep.equal([0]);
  });

  it('rolls back nothing of a record that added nothing', () => {
    const book = new DueBook();
    book.add(5, 0, 0);
    book.rollback(1);
    expect(taken(book, 10)).to.deep.equal([0]);
  });

  it('rolls back nothing that was due meanwhile', () => {
    const book = new DueBook();
    book.add(5, 0, 1);
    expect(taken(book, 5)).to.deep.equal([0]);
    book.add(7, 1, 1);
    book.rollback(1);
    expect(taken(book, 10)).to.deep.equal([]);
  });

  it('keeps times in order however they arrive, each once', () => {
    const book = new DueBook();
    for (const [slot, time] of [4, 8, 2, 6, 2, 8, 1, 7].entries()) book.add(time, slot, slot);
    const order: number[] = [];
    for (let at = book.next; at < Number.POSITIVE_INFINITY; at = book.next) {
      order.push(at);
      expect(taken(book, at - 1)).to.deep.equal([]);
      expect(taken(book, at)).to.not.deep.equal([]);
    }
    expect(order).to.deep.equal([1, 2, 4, 6, 7, 8]);
  });
});
