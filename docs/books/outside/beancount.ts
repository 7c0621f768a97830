import type { LotCase, LotFile, Step } from './case.js';

const three: readonly Step[] = [
  ['buy', '10-01', 4, 100],
  ['buy', '10-02', 5, 111.11],
  ['buy', '10-03', 6, 122.22],
];

const sold = (name: string, method: 'fifo' | 'lifo', shares: number, left: LotCase['left']): LotCase => ({
  name,
  method,
  steps: [...three, ['sell', '11-01', shares, 130]],
  left,
});

const all: LotCase['left'] = [
  [4, 100],
  [5, 111.11],
  [6, 122.22],
];

const tooMany = (name: string, method: LotCase['method'], steps: LotCase['steps'], left: LotCase['left']): LotCase => ({
  name,
  method,
  steps,
  left,
  refused: 1,
  differs: 'crosses zero',
});

const pool = (name: string, bought: readonly Step[], shares: number, left: LotCase['left']): LotCase => ({
  name,
  method: 'average',
  steps: [...bought, ['sell', '11-01', shares, 130]],
  left,
});

const fifty: readonly Step[] = [
  ['buy', '10-01', 50, 100],
  ['buy', '10-01', 50, 101],
];
const sixtyForty: readonly Step[] = [
  ['buy', '10-01', 60, 100],
  ['buy', '10-02', 40, 110],
];

/** The classes of `booking_full_test.py` that reduce lots: TestBookReductions, TestBookAmbiguous* and TestBookCrossover. */
export const beancount: LotFile = {
  source: 'beancount: booking_full_test.py',
  count: 56,
  omitted: { 'by cost or date': 5, 'no method': 8, 'several currencies': 7, display: 2 },
  cases: [
    {
      ...tooMany(
        'sign_change_simple',
        'fifo',
        [
          ['buy', '01-01', 10, 33.33],
          ['sell', '05-08', 13, 40],
        ],
        [[10, 33.33]],
      ),
      here: { left: [[-3, 40]] },
    },
    {
      name: 'unambiguous',
      method: 'specific',
      steps: [
        ['buy', '04-15', 10, 115],
        ['sell', '05-02', 5, 120, '0'],
      ],
      left: [[5, 115]],
    },
    {
      name: 'ambiguous__strict',
      method: 'specific',
      steps: [
        ['buy', '04-15', 10, 115],
        ['buy', '04-15', 10, 115],
        ['sell', '05-02', 5, 120],
      ],
      left: [
        [10, 115],
        [10, 115],
      ],
      refused: 1,
    },
    {
      name: 'other_currency',
      method: 'fifo',
      steps: [
        ['buy', '01-10', 8, 115],
        ['sell', '05-02', 5, 120],
      ],
      left: [[3, 115]],
    },
    {
      name: 'multiple_reductions',
      method: 'fifo',
      steps: [
        ['buy', '01-15', 50, 115],
        ['buy', '01-16', 50, 116],
        ['sell', '05-02', 40, 120],
        ['sell', '05-02', 35, 120],
      ],
      left: [[25, 116]],
    },
    {
      name: 'multiple_reductions_hifo',
      method: 'hifo',
      steps: [
        ['buy', '01-15', 50, 115],
        ['buy', '01-16', 50, 116],
        ['buy', '01-17', 50, 114],
        ['sell', '05-02', 40, 120],
        ['sell', '05-02', 35, 120],
        ['sell', '05-02', 30, 120],
      ],
      left: [[45, 114]],
    },
    {
      name: 'multiple_reductions__competing__with_error',
      method: 'specific',
      steps: [
        ['buy', '01-15', 5, 115],
        ['sell', '05-02', 4, 120, '0'],
        ['sell', '05-02', 4, 120, '0'],
      ],
      left: [[5, 115]],
      refused: 2,
      differs: 'one by one',
      here: { left: [[1, 115]], refused: 1 },
    },
    {
      ...tooMany(
        'multiple_reductions__overflowing__with_error',
        'fifo',
        [
          ['buy', '01-15', 50, 115],
          ['buy', '01-16', 50, 116],
          ['sell', '05-02', 40, 120],
          ['sell', '05-02', 65, 120],
        ],
        [
          [50, 115],
          [50, 116],
        ],
      ),
      here: { left: [[-5, 120]] },
    },
    {
      name: 'ambiguous__STRICT_2',
      method: 'specific',
      steps: [
        ['buy', '10-01', 5, 100],
        ['buy', '10-01', 5, 101],
        ['sell', '11-01', 6, 100, '0'],
      ],
      left: [
        [5, 100],
        [5, 101],
      ],
      refused: 1,
    },
    ...(['fifo', 'lifo'] as const).flatMap((method): readonly LotCase[] => [
      {
        ...sold(`${method}: no_match_against_any_lots`, method, 0, all),
        differs: 'of nothing',
        here: { left: all, refused: 1 },
      },
      {
        ...tooMany(`${method}: matching_more_than_is_available`, method, [...three, ['sell', '11-01', 16, 130]], all),
        here: { left: [[-1, 130]] },
      },
    ]),
    sold('FIFO: partial_first_lot', 'fifo', 2, [
      [2, 100],
      [5, 111.11],
      [6, 122.22],
    ]),
    sold('FIFO: complete_first_lot', 'fifo', 4, [
      [5, 111.11],
      [6, 122.22],
    ]),
    sold('FIFO: partial_first_two', 'fifo', 7, [
      [2, 111.11],
      [6, 122.22],
    ]),
    sold('FIFO: complete_first_two', 'fifo', 9, [[6, 122.22]]),
    sold('FIFO: partial_first_three', 'fifo', 12, [[3, 122.22]]),
    sold('FIFO: complete_first_three', 'fifo', 15, []),
    sold('LIFO: partial_first_lot', 'lifo', 2, [
      [4, 100],
      [5, 111.11],
      [4, 122.22],
    ]),
    sold('LIFO: complete_first_lot', 'lifo', 6, [
      [4, 100],
      [5, 111.11],
    ]),
    sold('LIFO: partial_first_two', 'lifo', 7, [
      [4, 100],
      [4, 111.11],
    ]),
    sold('LIFO: complete_first_two', 'lifo', 11, [[4, 100]]),
    sold('LIFO: partial_first_three', 'lifo', 12, [[3, 100]]),
    sold('LIFO: complete_first_three', 'lifo', 15, []),
    {
      name: 'Crossover',
      method: 'fifo',
      steps: [
        ['sell', '10-02', 1, 110],
        ['buy', '11-22', 2, 112],
      ],
      left: [[1, 112]],
    },
    pool('AVERAGE: trivial1', [['buy', '10-01', 100, 100]], 2, [[98, 100]]),
    pool('AVERAGE: merge2_match1', fifty, 49, [[51, 100.5]]),
    pool('AVERAGE: merge2_match2', fifty, 51, [[49, 100.5]]),
    pool('AVERAGE: merge2_match2_b', sixtyForty, 20, [[80, 104]]),
    pool('AVERAGE: merge3_match1', [...fifty, ['buy', '10-01', 50, 102]], 49, [[101, 101]]),
    {
      ...tooMany(
        'AVERAGE: trivial2',
        'average',
        [
          ['buy', '10-01', 100, 100],
          ['sell', '11-01', 102, 130],
        ],
        [[100, 100]],
      ),
      here: { left: [[-2, 130]] },
    },
    {
      ...tooMany('AVERAGE: merge2_insufficient', 'average', [...fifty, ['sell', '11-01', 101, 130]], [[100, 100.5]]),
      here: { left: [[-1, 130]] },
    },
    {
      ...tooMany(
        'AVERAGE: merge2_insufficient_b',
        'average',
        [...sixtyForty, ['sell', '11-01', 120, 130]],
        [[100, 104]],
      ),
      here: { left: [[-20, 130]] },
    },
  ],
};
