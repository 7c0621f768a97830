import { expect } from 'chai';
import fc from 'fast-check';
import { SlotIndex } from './slot-index.js';

/** Finds an entry by hash and slot, as a caller that compares keys does. */
function find(index: SlotIndex, hash: number, slot: number): boolean {
  let found = index.first(hash);
  while (found >= 0 && found !== slot) found = index.next(hash);
  return found === slot;
}

describe('SlotIndex', () => {
  it('finds every slot by its hash, and no other, through collisions, growth and removal', () => {
    // few hashes in few positions, so that they displace each other
    const hash = fc.oneof(
      fc.nat(12),
      fc.nat(3).map((n) => n * 8),
      fc.nat(3).map((n) => (n << 26) | 7),
      fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    );
    const step = fc.record({ hash, remove: fc.integer({ min: 0, max: 2 }), which: fc.nat() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
        const index = new SlotIndex();
        const held: { hash: number; slot: number }[] = [];
        steps.forEach((each, slot) => {
          if (each.remove === 0 && held.length > 0) {
            const [gone] = held.splice(each.which % held.length, 1);
            if (gone === undefined) return;
            expect(find(index, gone.hash, gone.slot)).to.equal(true);
            index.remove();
            expect(find(index, gone.hash, gone.slot)).to.equal(false);
          } else {
            expect(find(index, each.hash, slot)).to.equal(false);
            index.insert(each.hash, slot);
            held.push({ hash: each.hash, slot });
          }
          for (const entry of held) expect(find(index, entry.hash, entry.slot)).to.equal(true);
        });
      }),
      { numRuns: 100 },
    );
  });
});
