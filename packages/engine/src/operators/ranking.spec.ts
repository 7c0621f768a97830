import { expect } from 'chai';
import fc from 'fast-check';
import { Ranking } from './ranking.js';

/** The contents of a table of ranks after all emissions of a ranking, and how they were emitted. */
class Ranked {
  readonly #values: number[];
  readonly #ranking: Ranking;
  readonly rows = new Map<number, number>();
  /** The ranks emitted last, and how often all slots were examined. */
  given: number[] = [];
  searched = 0;

  constructor(values: number[], k: number) {
    this.#values = values;
    const value = (slot: number): number => values[slot] ?? 0;
    this.#ranking = new Ranking('', k, { value, compareKeys: (a, b) => a - b });
  }

  change(changes: readonly (readonly [slot: number, value: number])[]): void {
    let fallen = false;
    for (const [slot, value] of changes) {
      fallen ||= value < (this.#values[slot] ?? 0);
      this.#values[slot] = value;
    }
    this.given = [];
    const all = (): number[] => {
      this.searched++;
      return [...this.#values.keys()];
    };
    this.#ranking.rank([...new Set(changes.map(([slot]) => slot))], fallen, all, (slot, rank) => {
      this.given.push(rank);
      this.rows.set(rank, slot);
    });
  }

  /** The slots in the order of a full sort. */
  sorted(k: number): [rank: number, slot: number][] {
    const slots = [...this.#values.keys()].sort((a, b) => (this.#values[b] ?? 0) - (this.#values[a] ?? 0) || a - b);
    return slots.slice(0, k).map((slot, n) => [n + 1, slot]);
  }
}

describe('Ranking', () => {
  it('emits what leaves in a table the same slots as a full sort, whatever rises, falls or is equal', () => {
    const change = fc.tuple(fc.nat(7), fc.integer({ min: -3, max: 3 }));
    fc.assert(
      fc.property(
        fc.array(fc.array(change, { minLength: 1, maxLength: 4 }), { maxLength: 12 }),
        fc.integer({ min: 1, max: 9 }),
        (rounds, k) => {
          const ranked = new Ranked(new Array<number>(8).fill(0), k);
          for (const round of rounds) {
            ranked.change(round);
            expect([...ranked.rows].sort(([a], [b]) => a - b)).to.eql(ranked.sorted(k));
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('does not emit a rank whose slot is the same and unchanged, if nothing has fallen', () => {
    const ranked = new Ranked([50, 40, 30, 20, 10], 3);
    ranked.change([[0, 50]]);
    expect(ranked.given).to.eql([1, 2, 3]);
    ranked.change([[4, 19]]);
    expect(ranked.given, 'below the last').to.eql([]);
    ranked.change([[1, 45]]);
    expect(ranked.given, 'at the same rank').to.eql([2]);
    ranked.change([[3, 48]]);
    expect(ranked.given, 'pushes others down').to.eql([2, 3]);
    ranked.change([[1, 48]]);
    expect(ranked.given, 'equal, and the lower slot').to.eql([2, 3]);
  });

  it('emits every rank if a value has fallen: an intermediate one may have been written since', () => {
    const ranked = new Ranked([50, 40, 30, 20, 10], 3);
    ranked.change([[0, 50]]);
    ranked.change([[4, 5]]);
    expect(ranked.given).to.eql([1, 2, 3]);
  });

  it('examines all slots again only if a ranked one has fallen, and others may be better', () => {
    const ranked = new Ranked([50, 40, 30, 20, 10], 3);
    ranked.change([[0, 50]]);
    for (const change of [
      [4, 45],
      [3, 1],
      [2, 60],
    ] as const) {
      ranked.change([change]);
      expect(ranked.searched).to.equal(1);
    }
    ranked.change([[2, 0]]);
    expect(ranked.searched).to.equal(2);
    const few = new Ranked([5, 4], 3);
    few.change([[0, 5]]);
    few.change([[0, 1]]);
    expect(few.searched).to.equal(1);
    expect([...few.rows]).to.eql([
      [1, 1],
      [2, 0],
    ]);
  });

  it('ranks more slots than it gathers at once, many of them equal, in either direction', () => {
    for (const direction of [1, -1]) {
      const values = Array.from({ length: 9_000 }, (_, n) => direction * Math.floor(n / 50));
      const ranked = new Ranked(values, 120);
      ranked.change([[0, values[0] ?? 0]]);
      expect([...ranked.rows]).to.eql(ranked.sorted(120));
    }
  });
});
