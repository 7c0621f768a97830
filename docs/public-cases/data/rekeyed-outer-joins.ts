import type { JoinCase } from '../case.js';

/** Streams with streams, by another key than that of their messages: pairs, and what met none. */
export const rekeyedOuterJoins: readonly JoinCase[] = [
  {
    numbers: [14],
    pipeline: {
      joins: [{ join: 'within', kind: 'left', before: 10000, after: 10000, grace: 86400000 }],
      rekeyed: ['right'],
    },
    in: [
      ['right', '0', '-1 -2', 10],
      ['left', '0', '1 2', 10],
    ],
    out: [[1, 0, 10]],
  },
  {
    numbers: [15],
    pipeline: {
      joins: [{ join: 'within', kind: 'left', before: 10000, after: 10000, grace: 86400000 }],
      rekeyed: ['left'],
    },
    in: [
      ['right', '0', '-1 -2', 10],
      ['left', '0', '1 2', 10],
    ],
    out: [[1, 0, 10]],
  },
  {
    numbers: [16],
    pipeline: {
      joins: [{ join: 'within', kind: 'left', before: 1000, after: 1000, grace: 86400000 }],
      rekeyed: ['left', 'right'],
    },
    in: [
      ['left', '1', '2 3', 0],
      ['right', '1', '4 5', 100],
    ],
    out: [
      [0, null, 0],
      [0, 1, 100],
    ],
    differs: 'unmatched at once',
    here: [[0, 1, 100]],
  },
  {
    numbers: [27],
    pipeline: {
      joins: [{ join: 'within', kind: 'left', before: 11000, after: 11000, grace: 86400000 }],
      rekeyed: ['left', 'right'],
    },
    in: [
      ['left', 'foo', 'zero 0', 0, '0'],
      ['right', 'foo', 'blah 50', 10000, '0'],
      ['left', 'foo', '100 5', 11000, '10'],
      ['left', 'foo', 'foo 100', 13000, '0'],
      ['right', 'foo', 'a 10', 15000, '0'],
      ['right', 'foo', 'newblah 150', 16000, '100'],
      ['left', 'foo', 'ninety 90', 17000, '90'],
      ['left', 'foo', 'bar 99', 30000, '0'],
    ],
    out: [
      [0, null, 0],
      [0, 1, 10000],
      [2, null, 11000],
      [3, 1, 13000],
      [3, 4, 15000],
      [6, null, 17000],
      [7, null, 30000],
    ],
    differs: 'unmatched at once',
    here: [
      [0, 1, 10000],
      [3, 1, 13000],
      [3, 4, 15000],
      [2, null, 11000],
      [6, null, 17000],
      [7, null, 30000],
    ],
  },
  {
    numbers: [29],
    pipeline: {
      joins: [{ join: 'within', kind: 'left', before: 11000, after: 11000, grace: 86400000 }],
      rekeyed: ['left', 'right'],
      keyless: ['left', 'right'],
    },
    in: [
      ['left', null, 'zero 0', 0, '0'],
      ['right', null, 'blah 50', 10000, '0'],
      ['left', null, '100 5', 11000, '10'],
      ['left', null, 'foo 100', 13000, '0'],
      ['right', null, 'a 10', 15000, '0'],
      ['right', null, 'newblah 150', 16000, '100'],
      ['left', null, 'ninety 90', 17000, '90'],
      ['left', null, 'bar 99', 30000, '0'],
    ],
    out: [
      [0, null, 0],
      [0, 1, 10000],
      [2, null, 11000],
      [3, 1, 13000],
      [3, 4, 15000],
      [6, null, 17000],
      [7, null, 30000],
    ],
    differs: 'unmatched at once',
    here: [
      [0, 1, 10000],
      [3, 1, 13000],
      [3, 4, 15000],
      [2, null, 11000],
      [6, null, 17000],
      [7, null, 30000],
    ],
  },
  {
    numbers: [35],
    pipeline: {
      joins: [{ join: 'within', kind: 'right', before: 11000, after: 11000, grace: 86400000 }],
      rekeyed: ['left', 'right'],
    },
    in: [
      ['left', 'foo', 'zero 0', 0, '0'],
      ['right', 'foo', 'blah 50', 10000, '0'],
      ['left', 'foo', '100 5', 11000, '10'],
      ['left', 'foo', 'foo 100', 13000, '0'],
      ['right', 'foo', 'a 10', 15000, '0'],
      ['right', 'foo', 'newblah 150', 16000, '100'],
      ['left', 'foo', 'ninety 90', 17000, '90'],
      ['left', 'foo', 'bar 99', 30000, '0'],
    ],
    out: [
      [0, 1, 10000],
      [3, 1, 13000],
      [3, 4, 15000],
      [null, 5, 16000],
    ],
  },
  {
    numbers: [37],
    pipeline: {
      joins: [{ join: 'within', kind: 'right', before: 11000, after: 11000, grace: 86400000 }],
      rekeyed: ['left', 'right'],
      keyless: ['left', 'right'],
    },
    in: [
      ['left', null, 'zero 0', 0, '0'],
      ['right', null, 'blah 50', 10000, '0'],
      ['left', null, '100 5', 11000, '10'],
      ['left', null, 'foo 100', 13000, '0'],
      ['right', null, 'a 10', 15000, '0'],
      ['right', null, 'newblah 150', 16000, '100'],
      ['left', null, 'ninety 90', 17000, '90'],
      ['left', null, 'bar 99', 30000, '0'],
    ],
    out: [
      [0, 1, 10000],
      [3, 1, 13000],
      [3, 4, 15000],
      [null, 5, 16000],
    ],
  },
  {
    numbers: [122],
    pipeline: {
      joins: [{ join: 'within', kind: 'left', before: 10000, after: 10000, grace: 86400000 }],
      rekeyed: ['left'],
      keyless: ['left'],
    },
    in: [
      ['left', null, '22', 0, '10'],
      ['right', '10', 'hello', 0],
    ],
    out: [
      [0, null, 0],
      [0, 1, 0],
    ],
    differs: 'unmatched at once',
    here: [[0, 1, 0]],
  },
  {
    numbers: [123],
    pipeline: {
      joins: [{ join: 'within', kind: 'left', before: 10000, after: 10000, grace: 86400000 }],
      rekeyed: ['right'],
      keyless: ['right'],
    },
    in: [
      ['left', '10', '22', 0],
      ['right', null, 'hello', 0, '10'],
    ],
    out: [
      [0, null, 0],
      [0, 1, 0],
    ],
    differs: 'unmatched at once',
    here: [[0, 1, 0]],
  },
  {
    numbers: [124],
    pipeline: {
      joins: [{ join: 'within', kind: 'left', before: 10000, after: 10000, grace: 86400000 }],
      rekeyed: ['left', 'right'],
      keyless: ['left', 'right'],
    },
    in: [
      ['left', null, '22', 0, '10'],
      ['right', null, 'hello', 0, '10'],
    ],
    out: [
      [0, null, 0],
      [0, 1, 0],
    ],
    differs: 'unmatched at once',
    here: [[0, 1, 0]],
  },
];
