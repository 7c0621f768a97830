import type { LotFile } from './case.js';

/** Cases of `test_inventory_api.py` besides its ways to sort lots, see capgains-trades.ts, and its actions. */
export const capgains: Omit<LotFile, 'cases'> & { readonly actions: readonly ActionCase[] } = {
  source: 'capgains: test_inventory_api.py',
  count: 16,
  omitted: { 'no method': 1, 'across accounts': 4, display: 1 },
  actions: [
    {
      name: 'RetOfCapBasic',
      held: [
        [100, 10],
        [200, 11],
        [300, 12],
      ],
      capital: 600,
      left: [
        [100, 9],
        [200, 10],
        [300, 11],
      ],
    },
    {
      name: 'RetOfCapDatetime',
      held: [
        [100, 10],
        [200, 11],
      ],
      capital: 600,
      left: [
        [100, 8],
        [200, 9],
      ],
    },
    {
      name: 'RetOfCapZero',
      held: [
        [100, 10],
        [200, 11],
        [300, 12],
      ],
      capital: 6000,
      left: [
        [100, 0],
        [200, 1],
        [300, 2],
      ],
    },
    {
      name: 'RetOfCapLessThanZero',
      held: [
        [100, 10],
        [200, 11],
        [300, 12],
      ],
      capital: 7200,
      left: [
        [100, 0],
        [200, 0],
        [300, 0],
      ],
      gains: [200, 200],
    },
    { name: 'SplitDatetime', held: [[100, 10]], split: [1, 10], left: [[10, 100]] },
    { name: 'Spinoff', held: [[100, 10]], spun: [1, 5, 1, 2], left: [[100, 5]], other: [[20, 25]] },
    {
      name: 'SpinoffClose',
      held: [[100, 10]],
      spun: [1, 5, 1, 2],
      short: [300, 12],
      left: [[100, 5]],
      other: [[-280, 12]],
      differs: 'closes by action',
    },
  ],
};

/** Lots of [shares, price], an action of them, and what is left here and of the other symbol. */
export interface ActionCase {
  readonly name: string;
  readonly held: readonly (readonly [number, number])[];
  readonly capital?: number;
  readonly split?: readonly [numerator: number, denominator: number];
  /** Shares by a ratio, then the part of the basis. */
  readonly spun?: readonly [number, number, number, number];
  /** What is held short of the other symbol before. */
  readonly short?: readonly [number, number];
  readonly left: readonly (readonly [number, number])[];
  readonly other?: readonly (readonly [number, number])[];
  readonly gains?: readonly number[];
  readonly differs?: 'closes by action';
}
