import type { JoinCase } from '../case.js';

/** Streams with streams and tables, by another key than that of their messages: pairs alone, and what a table has. */
export const rekeyedJoins: readonly JoinCase[] = [
  {
    numbers: [5],
    pipeline: {
      joins: [{ join: 'within', kind: 'inner', before: 10000, after: 10000, grace: 86400000 }],
      rekeyed: ['left', 'right'],
    },
    in: [
      ['left', '0', '1 2', 10],
      ['right', '0', '-1 -2', 11],
    ],
    out: [[0, 1, 11]],
  },
  {
    numbers: [8],
    pipeline: {
      joins: [{ join: 'within', kind: 'inner', before: 10000, after: 10000, grace: 86400000 }],
      rekeyed: ['right'],
    },
    in: [
      ['left', '0', '1 2', 10],
      ['right', '0', '-1 -2', 11],
    ],
    out: [[0, 1, 11]],
  },
  {
    numbers: [9],
    pipeline: {
      joins: [{ join: 'within', kind: 'inner', before: 10000, after: 10000, grace: 86400000 }],
      rekeyed: ['left'],
    },
    in: [
      ['left', '0', '1 2', 10],
      ['right', '0', '-1 -2', 11],
    ],
    out: [[0, 1, 11]],
  },
  {
    numbers: [78],
    pipeline: {
      joins: [{ join: 'within', kind: 'inner', before: 30000, after: 30000, grace: 86400000 }],
      rekeyed: ['left', 'right'],
    },
    in: [
      ['left', 'foo', '', 0, 'foo'],
      ['right', '!foo', '', 10, 'foo'],
    ],
    out: [[0, 1, 10]],
  },
  {
    numbers: [79, 81],
    pipeline: {
      joins: [{ join: 'within', kind: 'inner', before: 30000, after: 30000, grace: 86400000 }],
      rekeyed: ['right'],
    },
    in: [
      ['left', '1', '2', 10],
      ['right', '1', '3', 10],
    ],
    out: [[0, 1, 10]],
  },
  {
    numbers: [80],
    pipeline: {
      joins: [{ join: 'within', kind: 'inner', before: 30000, after: 30000, grace: 86400000 }],
      rekeyed: ['right'],
    },
    in: [
      ['left', '1', '2', 10],
      ['right', '1.0', '3', 11, '1'],
    ],
    out: [[0, 1, 11]],
  },
  {
    numbers: [83],
    pipeline: {
      joins: [{ join: 'within', kind: 'inner', before: 30000, after: 30000, grace: 86400000 }],
      rekeyed: ['right'],
    },
    in: [
      ['left', '1', '-', 0],
      ['left', '2', '-', 5],
      ['right', 'k', '1 2 3', 10, '1'],
    ],
    out: [[0, 2, 10]],
  },
  {
    numbers: [84],
    pipeline: {
      joins: [{ join: 'within', kind: 'inner', before: 30000, after: 30000, grace: 86400000 }],
      rekeyed: ['right'],
    },
    in: [
      ['left', '1', '-', 0],
      ['right', '0', '-', 10, '1'],
    ],
    out: [[0, 1, 10]],
  },
  {
    numbers: [85, 87],
    pipeline: {
      joins: [{ join: 'within', kind: 'inner', before: 30000, after: 30000, grace: 86400000 }],
      rekeyed: ['right'],
    },
    in: [
      ['left', '1', 'a', 0],
      ['right', '-1', 'b', 10, '1'],
    ],
    out: [[0, 1, 10]],
  },
  {
    numbers: [86],
    pipeline: {
      joins: [{ join: 'within', kind: 'inner', before: 30000, after: 30000, grace: 86400000 }],
      rekeyed: ['right'],
    },
    in: [
      ['left', '1', '', 0],
      ['left', '3', '', 5],
      ['right', '2', '', 10, '1'],
    ],
    out: [[0, 2, 10]],
  },
  {
    numbers: [97],
    pipeline: { joins: [{ join: 'as of', kind: 'inner' }], rekeyed: ['left'] },
    in: [
      ['right', '26589', '1', 0],
      ['left', 'a', '', 100, '12589'],
      ['right', '12589', '12', 200],
      ['left', 'b', '', 300, '12589'],
    ],
    out: [[3, 2, 300]],
  },
  {
    numbers: [98],
    pipeline: {
      joins: [{ join: 'within', kind: 'inner', before: 11000, after: 11000, grace: 86400000 }],
      rekeyed: ['left', 'right'],
    },
    in: [
      ['left', 'a', '1', 0, '10'],
      ['right', 'b', '2', 10000, '10'],
    ],
    out: [[0, 1, 10000]],
  },
  {
    numbers: [99],
    pipeline: {
      joins: [{ join: 'within', kind: 'inner', before: 11000, after: 11000, grace: 86400000 }],
      rekeyed: ['left', 'right'],
    },
    in: [
      ['left', 'a', '1', 0, '1000000000'],
      ['right', 'b', '2', 10000, '1000000000'],
    ],
    out: [[0, 1, 10000]],
  },
  {
    numbers: [100],
    pipeline: {
      joins: [{ join: 'within', kind: 'inner', before: 11000, after: 11000, grace: 86400000 }],
      rekeyed: ['left', 'right'],
    },
    in: [
      ['left', 'a', '1', 0, '1.23'],
      ['right', 'b', '2', 10000, '1.23'],
    ],
    out: [[0, 1, 10000]],
  },
  {
    numbers: [101],
    pipeline: {
      joins: [{ join: 'within', kind: 'inner', before: 11000, after: 11000, grace: 86400000 }],
      rekeyed: ['left', 'right'],
    },
    in: [
      ['left', 'a', '1', 0, 'x'],
      ['right', 'b', '2', 10000, 'x'],
    ],
    out: [[0, 1, 10000]],
  },
  {
    numbers: [102],
    pipeline: {
      joins: [{ join: 'within', kind: 'inner', before: 11000, after: 11000, grace: 86400000 }],
      rekeyed: ['left', 'right'],
    },
    in: [
      ['left', 'a', '1', 0, '3 1'],
      ['right', 'b', '2', 10000, '3 1'],
    ],
    out: [[0, 1, 10000]],
  },
  {
    numbers: [103],
    pipeline: {
      joins: [{ join: 'within', kind: 'inner', before: 11000, after: 11000, grace: 86400000 }],
      rekeyed: ['left', 'right'],
    },
    in: [
      ['left', 'a', '1', 0, '2 foo'],
      ['right', 'b', '2', 10000, '2 foo'],
    ],
    out: [[0, 1, 10000]],
  },
  {
    numbers: [113],
    pipeline: {
      joins: [{ join: 'within', kind: 'inner', before: 60000, after: 60000, grace: 86400000 }],
      rekeyed: ['left', 'right'],
    },
    in: [
      ['left', '1', '1 10', 20, '10'],
      ['right', '2', '4 10', 100, '10'],
    ],
    out: [[0, 1, 100]],
  },
  {
    numbers: [115],
    pipeline: {
      joins: [{ join: 'within', kind: 'inner', before: 10000, after: 10000, grace: 86400000 }],
      rekeyed: ['left', 'right'],
      keyless: ['left', 'right'],
    },
    in: [
      ['left', null, '1 2', 10, '0'],
      ['right', null, '-1 -2', 11, '0'],
    ],
    out: [[0, 1, 11]],
  },
  {
    numbers: [116],
    pipeline: { joins: [{ join: 'as of', kind: 'inner' }], rekeyed: ['left'], keyless: ['left'] },
    in: [
      ['right', '0', '-1 -2', 10],
      ['left', null, '1 2', 11, '0'],
    ],
    out: [[1, 0, 11]],
  },
  {
    numbers: [126],
    pipeline: { joins: [{ join: 'as of', kind: 'left' }], rekeyed: ['left'] },
    in: [
      ['right', '10', 'hello', 0],
      ['left', '22', '10', 0, '10'],
    ],
    out: [[1, 0, 0]],
  },
  {
    numbers: [127],
    pipeline: { joins: [{ join: 'as of', kind: 'left' }], rekeyed: ['left'], keyless: ['left'] },
    in: [
      ['right', '10', 'hello', 0],
      ['left', null, '22', 0, '10'],
    ],
    out: [[1, 0, 0]],
  },
];
