import type { JoinCase } from '../case.js';

/** Streams with streams: pairs alone. */
export const innerJoins: readonly JoinCase[] = [
  {
    numbers: [0, 1, 3, 4, 7, 10],
    pipeline: { joins: [{ join: 'within', kind: 'inner', before: 10000, after: 10000, grace: 86400000 }] },
    in: [
      ['left', '0', '1 2', 10],
      ['right', '0', '-1 -2', 11],
    ],
    out: [[0, 1, 11]],
  },
  {
    numbers: [2],
    pipeline: {
      joins: [{ join: 'within', kind: 'inner', before: 10000, after: 10000, grace: 86400000 }],
      where: 'right below 5',
    },
    in: [
      ['left', '0', '1 2', 10],
      ['right', '0', '-1 -2', 11],
      ['right', '0', '9 10', 12],
    ],
    out: [[0, 1, 11]],
  },
  {
    numbers: [39, 40, 41, 42, 43],
    pipeline: { joins: [{ join: 'within', kind: 'inner', before: 11000, after: 11000, grace: 86400000 }] },
    in: [
      ['left', '0', 'zero 0', 0],
      ['right', '0', 'blah 50', 10000],
      ['left', '10', '100 5', 11000],
      ['left', '0', 'foo 100', 13000],
      ['right', '0', 'a 10', 15000],
      ['right', '100', 'newblah 150', 16000],
      ['left', '90', 'ninety 90', 17000],
      ['left', '0', 'bar 99', 30000],
    ],
    out: [
      [0, 1, 10000],
      [3, 1, 13000],
      [3, 4, 15000],
    ],
  },
  {
    numbers: [44],
    pipeline: { joins: [{ join: 'within', kind: 'inner', before: 11000, after: 10000, grace: 86400000 }] },
    in: [
      ['left', '0', 'zero 0', 0],
      ['right', '0', 'blah 50', 11000],
      ['left', '10', '100 5', 12000],
      ['left', '0', 'foo 100', 13000],
      ['right', '0', 'a 10', 15000],
      ['right', '100', 'newblah 150', 16000],
      ['left', '90', 'ninety 90', 17000],
      ['left', '0', 'bar 99', 30000],
    ],
    out: [
      [3, 1, 13000],
      [3, 4, 15000],
    ],
  },
  {
    numbers: [45],
    pipeline: { joins: [{ join: 'within', kind: 'inner', before: 10000, after: 10000, grace: 86400000 }] },
    in: [
      ['left', '0', 'zero 0', 0],
      ['right', '0', 'blah 50', 9999],
      ['left', '10', '100 5', 11000],
      ['left', '0', 'foo 100', 13000],
      ['right', '0', 'a 10', 15000],
      ['right', '100', 'newblah 150', 16000],
      ['left', '90', 'ninety 90', 17000],
      ['left', '0', 'bar 99', 30000],
      ['left', '0', 'late-message 10000', 6000],
    ],
    out: [
      [0, 1, 9999],
      [3, 1, 13000],
      [3, 4, 15000],
      [8, 1, 9999],
      [8, 4, 15000],
    ],
  },
  {
    numbers: [46],
    pipeline: { joins: [{ join: 'within', kind: 'inner', before: 60000, after: 60000, grace: 60000 }] },
    in: [
      ['left', '0', 'A', 0],
      ['right', '0', 'a', 60000],
      ['left', '1', 'B', 330000],
      ['left', '2', 'C', 90000],
      ['right', '2', 'c', 90000],
      ['left', '3', 'D', 60000],
      ['right', '3', 'd', 60000],
    ],
    out: [[0, 1, 60000]],
    letters: 4,
  },
  {
    numbers: [65],
    pipeline: { joins: [{ join: 'within', kind: 'inner', before: 1000, after: 1000, grace: 86400000 }] },
    in: [
      ['left', '0', 'a', 0],
      ['right', '0', 'b', 10],
      ['left', '0', '-', 20],
      ['right', '0', '-', 30],
    ],
    out: [
      [0, 1, 10],
      [2, 1, 20],
      [0, 3, 30],
      [2, 3, 30],
    ],
  },
  {
    numbers: [66, 67],
    pipeline: { joins: [{ join: 'within', kind: 'inner', before: 1000, after: 1000, grace: 86400000 }] },
    in: [
      ['left', '0', 'a', 0],
      ['right', '0', 'b', 10],
      ['left', '0', null, 20],
      ['right', '0', null, 30],
    ],
    out: [[0, 1, 10]],
    letters: 2,
  },
  {
    numbers: [114],
    pipeline: {
      joins: [{ join: 'within', kind: 'inner', before: 60000, after: 60000, grace: 86400000 }],
      where: 'same text',
    },
    in: [
      ['left', 'user_0', '24 urlA', 10],
      ['right', 'user_0', 'urlX', 11],
      ['right', 'user_0', 'urlA', 12],
    ],
    out: [[0, 2, 12]],
  },
];
