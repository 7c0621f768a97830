import { expect } from 'chai';
import fc from 'fast-check';
import { TimeHeap } from './time-heap.js';

describe('TimeHeap', () => {
  it('has the earliest of its times first, whatever was added and removed', () => {
    // Undefined removes the first.
    fc.assert(
      fc.property(fc.array(fc.option(fc.integer({ min: -50, max: 2 ** 45 }), { nil: undefined })), (steps) => {
        const heap = new TimeHeap();
        let wanted: number[] = [];
        for (const time of steps) {
          if (time === undefined) {
            heap.removeFirst();
            wanted = wanted.slice(1);
          } else {
            heap.add(time);
            wanted = [...wanted, time].sort((a, b) => a - b);
          }
          expect(heap.first).to.equal(wanted[0] ?? Number.POSITIVE_INFINITY);
          expect(heap.length).to.equal(wanted.length);
          expect([...heap]).to.eql(wanted);
        }
      }),
    );
  });
});
