import { expect } from 'chai';
import fc from 'fast-check';
import { squarify, type Box } from './squarify.js';

const sizes = fc
  .array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 60 })
  .map((all) => all.sort((a, b) => b - a));
const box = fc.record({
  ...{ left: fc.constant(3), top: fc.constant(5) },
  ...{ width: fc.integer({ min: 10, max: 2_000 }), height: fc.integer({ min: 10, max: 2_000 }) },
});

const overlap = (a: Box, b: Box): number =>
  Math.max(0, Math.min(a.left + a.width, b.left + b.width) - Math.max(a.left, b.left)) *
  Math.max(0, Math.min(a.top + a.height, b.top + b.height) - Math.max(a.top, b.top));

describe('a squarified treemap', () => {
  it('fills its rectangle with areas in the ratios of the sizes, and none covers another', () => {
    fc.assert(
      fc.property(sizes, box, (each, of) => {
        const boxes = squarify(each, of);
        const area = of.width * of.height;
        const sum = each.reduce((all, size) => all + size, 0);
        expect(boxes).to.have.length(each.length);
        for (const [n, one] of boxes.entries()) {
          expect(one.width * one.height).to.be.closeTo(((each[n] ?? 0) / sum) * area, area * 1e-9);
          expect(one.left).to.be.at.least(of.left - 1e-6);
          expect(one.top).to.be.at.least(of.top - 1e-6);
          expect(one.left + one.width).to.be.at.most(of.left + of.width + 1e-6);
          expect(one.top + one.height).to.be.at.most(of.top + of.height + 1e-6);
          for (const other of boxes.slice(n + 1)) expect(overlap(one, other)).to.be.below(area * 1e-9);
        }
      }),
    );
  });

  it('lays the example of the paper as the paper does', () => {
    const boxes = squarify([6, 6, 4, 3, 2, 2, 1], { left: 0, top: 0, width: 6, height: 4 });
    // Its figure 3: two of 6 at the left, 4 and 3 in a row beside them, then 2, 2 and 1, each alone.
    const shown = boxes.map(({ width, height }) => [width, height].map((n) => Number(n.toFixed(2))));
    expect(shown).to.deep.equal([
      ...[
        [3, 2],
        [3, 2],
        [1.71, 2.33],
        [1.29, 2.33],
        [1.2, 1.67],
        [1.2, 1.67],
        [0.6, 1.67],
      ],
    ]);
  });

  it('divides nothing into nothing', () => {
    expect(squarify([], { left: 0, top: 0, width: 5, height: 5 })).to.deep.equal([]);
  });
});
