import type { JoinCase } from '../case.js';

/** Joins of several flows by another key than that of their messages. */
export const rekeyedMultiJoins: readonly JoinCase[] = [
  {
    numbers: [3],
    pipeline: {
      joins: [
        { join: 'within', kind: 'inner', before: 10000, after: 10000, grace: 86400000 },
        { join: 'within', kind: 'inner', before: 10000, after: 10000, grace: 86400000 },
      ],
      rekeyed: ['right', 'third'],
    },
    in: [
      ['third', '0', '3', 10],
      ['right', '0', '2', 11],
      ['left', '0', '1', 12],
    ],
    out: [[2, 1, 0, 12]],
  },
  {
    numbers: [15, 24],
    pipeline: {
      joins: [
        { join: 'as of', kind: 'inner' },
        { join: 'as of', kind: 'inner' },
      ],
      rekeyed: ['left'],
    },
    in: [
      ['third', '1', '3', 10],
      ['right', '1', '2', 11],
      ['left', '0', '1', 12, '1'],
    ],
    out: [[2, 1, 0, 12]],
  },
  {
    numbers: [16],
    pipeline: {
      joins: [
        { join: 'as of', kind: 'inner' },
        { join: 'as of', kind: 'inner' },
      ],
      rekeyed: ['left'],
      again: true,
    },
    in: [
      ['third', '3', '3', 10],
      ['right', '1', '2', 11],
      ['left', '0', '1', 12, '1', '3'],
    ],
    out: [[2, 1, 0, 12]],
  },
  {
    numbers: [17],
    pipeline: {
      joins: [
        { join: 'as of', kind: 'inner' },
        { join: 'as of', kind: 'inner' },
      ],
      rekeyed: ['left'],
      again: true,
    },
    in: [
      ['third', '2', '3', 10],
      ['right', '1', '2', 11],
      ['left', '0', '1', 12, '1', '2'],
    ],
    out: [[2, 1, 0, 12]],
  },
  {
    numbers: [28],
    pipeline: {
      joins: [
        { join: 'within', kind: 'inner', before: 10000, after: 10000, grace: 86400000 },
        { join: 'as of', kind: 'inner' },
      ],
      rekeyed: ['left'],
    },
    in: [
      ['third', '0', '3', 10],
      ['right', '0', '2', 11],
      ['left', '1', '1', 12, '0'],
      ['right', '0', '4', 13],
      ['left', '1', '5', 100000, '0'],
      ['right', '0', '6', 100001],
    ],
    out: [
      [2, 1, 0, 12],
      [2, 3, 0, 13],
      [4, 5, 0, 100001],
    ],
  },
  {
    numbers: [29, 30],
    pipeline: {
      joins: [
        { join: 'within', kind: 'inner', before: 10000, after: 10000, grace: 86400000 },
        { join: 'as of', kind: 'inner' },
      ],
      rekeyed: ['left', 'right'],
    },
    in: [
      ['third', '0', '3', 10],
      ['right', '2', '2', 11, '0'],
      ['left', '1', '1', 12, '0'],
      ['right', '2', '4', 13, '0'],
      ['left', '1', '5', 100000, '0'],
      ['right', '2', '6', 100001, '0'],
    ],
    out: [
      [2, 1, 0, 12],
      [2, 3, 0, 13],
      [4, 5, 0, 100001],
    ],
  },
  {
    numbers: [55],
    pipeline: {
      joins: [
        { join: 'as of', kind: 'inner' },
        { join: 'as of', kind: 'left' },
      ],
      again: true,
    },
    in: [
      ['right', '0', '100', 0],
      ['left', '0', '0', 10000, '0', '0'],
      ['third', '0', '4', 11000],
      ['right', '8', '10', 13000],
      ['left', '8', '8', 16000, '8', '8'],
      ['left', '0', null, 18000],
    ],
    out: [
      [1, 0, null, 10000],
      [4, 3, null, 16000],
    ],
    letters: 1,
  },
];
