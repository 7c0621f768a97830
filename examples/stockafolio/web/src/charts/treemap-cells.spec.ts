import { expect } from 'chai';
import fc from 'fast-check';
import { cellBy, treemapCells, type Cell, type MapItem } from './treemap-cells.js';

const item = (symbol: string, sector: string, size: number, move: number | null = 100): MapItem => ({
  ...{ symbol, sector, size, move, detail: '' },
});
const portfolio = fc
  .array(fc.record({ sector: fc.integer({ min: 0, max: 10 }), value: fc.integer({ min: 0, max: 90_000 }) }), {
    minLength: 1,
    maxLength: 500,
  })
  .map((all) => all.map(({ sector, value }, n) => item(`S${n}`, `sector ${sector}`, value)));
const wide = { left: 0, top: 0, width: 1_000, height: 400 };
const symbolsOf = (cells: readonly Cell[]): string[] =>
  cells.flatMap((cell) => (cell.kind === 'symbol' ? [cell.item.symbol] : [])).sort();

describe('a map of symbols', () => {
  it('shows every symbol with a size once, on its own or among the others of its sector', () => {
    fc.assert(
      fc.property(portfolio, (items) => {
        const cells = treemapCells(items, '', wide);
        const drawn = symbolsOf(cells);
        const others = cells.reduce((sum, cell) => sum + (cell.kind === 'others' ? cell.count : 0), 0);
        expect(new Set(drawn).size).to.equal(drawn.length);
        expect(drawn.length + others).to.equal(items.filter(({ size }) => size > 0).length);
        expect(cells.length).to.be.below(360);
      }),
    );
  });

  it('shows the sectors alone on a narrow screen, and the symbols of one that is chosen', () => {
    const items = [item('A', 'x', 5), item('B', 'x', 20, -300), item('C', 'y', 7, null)];
    const narrow = treemapCells(items, '', { ...wide, width: 340 });
    expect(narrow.map((cell) => cell.kind)).to.deep.equal(['sector', 'sector']);
    expect(narrow.map((cell) => (cell.kind === 'sector' ? [cell.sector, cell.move] : []))).to.deep.equal([
      // By size: a fifth of it +1%, four fifths -3%.
      ['x', -220],
      ['y', null],
    ]);
    expect(symbolsOf(treemapCells(items, 'x', { ...wide, width: 340 }))).to.deep.equal(['A', 'B']);
  });

  it('lets arrow keys reach every cell from the first', () => {
    fc.assert(
      fc.property(portfolio, fc.constantFrom(wide, { ...wide, width: 340 }), (items, box) => {
        const cells = treemapCells(items, '', box);
        const seen = new Set([0]);
        for (const from of seen) {
          for (const key of ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown']) {
            const next = cellBy(key, cells, from);
            if (next !== undefined && cells.length > 0) seen.add(next);
          }
        }
        expect(seen.size).to.equal(Math.max(1, cells.length));
      }),
      { numRuns: 30 },
    );
  });
});
