import type { CaseFile } from '../case.js';
import { rekeyedMultiJoins } from './rekeyed-multi-joins.js';

export const multiJoins: CaseFile = {
  source: 'ksqlDB: query-validation-tests/multi-joins.json',
  count: 57,
  joins: [
    {
      numbers: [0, 1, 2, 18, 19, 20, 21, 22],
      pipeline: {
        joins: [
          { join: 'as of', kind: 'inner' },
          { join: 'as of', kind: 'inner' },
        ],
      },
      in: [
        ['third', '0', '3', 10],
        ['right', '0', '2', 11],
        ['left', '0', '1', 12],
      ],
      out: [[2, 1, 0, 12]],
    },
    {
      numbers: [11, 23, 25, 45],
      pipeline: {
        joins: [
          { join: 'as of', kind: 'inner' },
          { join: 'as of', kind: 'inner' },
        ],
      },
      in: [
        ['third', '0', '3', 10],
        ['right', '0', '2', 11],
        ['left', '0', '1', 12],
        ['left', '1', '1', 14],
      ],
      out: [[2, 1, 0, 12]],
    },
    {
      numbers: [12],
      pipeline: {
        joins: [
          { join: 'as of', kind: 'left' },
          { join: 'as of', kind: 'left' },
        ],
      },
      in: [
        ['left', '0', '1', 9],
        ['right', '0', '2', 10],
        ['left', '0', '1', 11],
        ['third', '0', '3', 12],
        ['left', '0', '1', 13],
      ],
      out: [
        [0, null, null, 9],
        [2, 1, null, 11],
        [4, 1, 3, 13],
      ],
    },
    {
      numbers: [13],
      pipeline: {
        joins: [
          { join: 'as of', kind: 'left' },
          { join: 'as of', kind: 'inner' },
        ],
      },
      in: [
        ['left', '0', '1', 9],
        ['right', '0', '2', 10],
        ['left', '0', '1', 11],
        ['third', '0', '3', 12],
        ['left', '0', '1', 13],
      ],
      out: [[4, 1, 3, 13]],
    },
    {
      numbers: [14],
      pipeline: {
        joins: [
          { join: 'as of', kind: 'inner' },
          { join: 'as of', kind: 'left' },
        ],
      },
      in: [
        ['left', '0', '1', 9],
        ['right', '0', '2', 10],
        ['left', '0', '1', 11],
        ['third', '0', '3', 12],
        ['left', '0', '1', 13],
      ],
      out: [
        [2, 1, null, 11],
        [4, 1, 3, 13],
      ],
    },
    {
      numbers: [26],
      pipeline: {
        joins: [
          { join: 'latest', kind: 'inner' },
          { join: 'latest', kind: 'inner' },
        ],
      },
      in: [
        ['left', '0', '1', 0],
        ['right', '0', '2', 1],
        ['third', '0', '3', 2],
      ],
      out: [[0, 1, 2, 2]],
    },
    {
      numbers: [27],
      pipeline: {
        joins: [
          { join: 'within', kind: 'inner', before: 10000, after: 10000, grace: 86400000 },
          { join: 'as of', kind: 'inner' },
        ],
      },
      in: [
        ['third', '0', '3', 10],
        ['right', '0', '2', 11],
        ['left', '0', '1', 12],
        ['right', '0', '4', 13],
        ['left', '0', '5', 100000],
        ['right', '0', '6', 100001],
      ],
      out: [
        [2, 1, 0, 12],
        [2, 3, 0, 13],
        [4, 5, 0, 100001],
      ],
    },
    {
      numbers: [31],
      pipeline: {
        joins: [
          { join: 'within', kind: 'left', before: 10000, after: 10000, grace: 86400000 },
          { join: 'as of', kind: 'inner' },
        ],
      },
      in: [
        ['third', '0', '3', 10],
        ['right', '0', '2', 11],
        ['left', '0', '1', 12],
        ['right', '0', '4', 13],
        ['left', '0', '5', 100000],
        ['right', '0', '6', 100001],
      ],
      out: [
        [2, 1, 0, 12],
        [2, 3, 0, 13],
        [4, null, 0, 100000],
        [4, 5, 0, 100001],
      ],
      differs: 'unmatched at once',
      here: [
        [2, 1, 0, 12],
        [2, 3, 0, 13],
        [4, 5, 0, 100001],
      ],
    },
    {
      numbers: [32, 33],
      pipeline: {
        joins: [
          { join: 'within', kind: 'outer', before: 10000, after: 10000, grace: 86400000 },
          { join: 'as of', kind: 'inner' },
        ],
      },
      in: [
        ['third', '0', '3', 10],
        ['right', '0', '2', 11],
        ['left', '0', '1', 12],
        ['right', '0', '4', 13],
        ['left', '0', '5', 100000],
        ['right', '0', '6', 100001],
      ],
      out: [
        [2, 1, 0, 12],
        [2, 3, 0, 13],
        [4, null, 0, 100000],
        [4, 5, 0, 100001],
      ],
      differs: 'unmatched at once',
      here: [
        [2, 1, 0, 12],
        [2, 3, 0, 13],
        [4, 5, 0, 100001],
      ],
    },
    {
      numbers: [34],
      pipeline: {
        joins: [
          { join: 'as of', kind: 'inner' },
          { join: 'within', kind: 'inner', before: 10000, after: 10000, grace: 86400000 },
        ],
      },
      in: [
        ['third', '0', '3', 10],
        ['right', '0', '2', 11],
        ['left', '0', '1', 12],
        ['right', '0', '4', 13],
        ['left', '0', '5', 100000],
        ['third', '0', '6', 100001],
      ],
      out: [
        [2, 1, 0, 12],
        [4, 3, 5, 100001],
      ],
    },
    {
      numbers: [35],
      pipeline: {
        joins: [
          { join: 'as of', kind: 'left' },
          { join: 'within', kind: 'inner', before: 10000, after: 10000, grace: 86400000 },
        ],
      },
      in: [
        ['third', '0', '3', 10],
        ['left', '0', '1', 12],
        ['right', '0', '2', 11],
        ['right', '0', '4', 13],
        ['left', '0', '5', 100000],
        ['third', '0', '6', 100001],
      ],
      out: [
        [1, null, 0, 12],
        [4, 3, 5, 100001],
      ],
    },
    {
      numbers: [36],
      pipeline: {
        joins: [
          { join: 'within', kind: 'outer', before: 5000, after: 5000, grace: 86400000 },
          { join: 'within', kind: 'outer', before: 10000, after: 10000, grace: 86400000 },
        ],
      },
      in: [
        ['left', '0', '1', 0],
        ['right', '0', '2', 1],
        ['third', '0', '3', 2],
        ['left', '0', '4', 3],
      ],
      out: [
        [0, null, null, 0],
        [0, 1, null, 1],
        [0, null, 2, 2],
        [0, 1, 2, 2],
        [3, 1, 2, 3],
      ],
      differs: 'unmatched at once',
      here: [
        [0, 1, 2, 2],
        [3, 1, 2, 3],
      ],
    },
    {
      numbers: [37],
      pipeline: {
        joins: [
          { join: 'within', kind: 'left', before: 5000, after: 5000, grace: 86400000 },
          { join: 'within', kind: 'left', before: 10000, after: 10000, grace: 86400000 },
        ],
      },
      in: [
        ['left', '0', '1', 0],
        ['right', '0', '2', 1],
        ['third', '0', '3', 2],
        ['left', '0', '4', 3],
      ],
      out: [
        [0, null, null, 0],
        [0, 1, null, 1],
        [0, null, 2, 2],
        [0, 1, 2, 2],
        [3, 1, 2, 3],
      ],
      differs: 'unmatched at once',
      here: [
        [0, 1, 2, 2],
        [3, 1, 2, 3],
      ],
    },
    {
      numbers: [38],
      pipeline: {
        joins: [
          { join: 'within', kind: 'inner', before: 5000, after: 5000, grace: 86400000 },
          { join: 'within', kind: 'inner', before: 10000, after: 10000, grace: 86400000 },
        ],
      },
      in: [
        ['left', '0', '1', 0],
        ['right', '0', '2', 1],
        ['third', '0', '3', 2],
        ['left', '0', '4', 3],
        ['left', '0', '5', 4000],
        ['third', '0', '6', 6000],
        ['left', '0', '7', 6001],
        ['third', '0', '8', 7000],
      ],
      out: [
        [0, 1, 2, 2],
        [3, 1, 2, 3],
        [4, 1, 2, 4000],
        [0, 1, 5, 6000],
        [3, 1, 5, 6000],
        [4, 1, 5, 6000],
        [0, 1, 7, 7000],
        [3, 1, 7, 7000],
        [4, 1, 7, 7000],
      ],
    },
    {
      numbers: [40],
      pipeline: {
        joins: [
          { join: 'latest', kind: 'inner' },
          { join: 'latest', kind: 'inner' },
        ],
      },
      in: [
        ['left', '0', '1', 0],
        ['right', '0', '2', 1],
        ['third', '0', '3', 2],
        ['left', '0', '4', 1000],
      ],
      out: [
        [0, 1, 2, 2],
        [3, 1, 2, 1000],
      ],
    },
    {
      numbers: [41],
      pipeline: {
        joins: [
          { join: 'latest', kind: 'inner' },
          { join: 'latest', kind: 'outer' },
        ],
      },
      in: [
        ['left', '0', '1', 0],
        ['third', '0', '3', 2],
        ['right', '0', '2', 3],
        ['left', '0', '4', 1000],
      ],
      out: [
        [null, null, 1, 2],
        [0, 2, 1, 3],
        [3, 2, 1, 1000],
      ],
    },
    {
      numbers: [48],
      pipeline: {
        joins: [
          { join: 'within', kind: 'inner', before: 10000, after: 10000, grace: 86400000 },
          { join: 'within', kind: 'inner', before: 10000, after: 10000, grace: 86400000 },
        ],
        where: 'left below 5',
      },
      in: [
        ['left', '0', '1', 10],
        ['right', '0', '-1', 11],
        ['third', '0', '9', 12],
        ['left', '0', '9', 13],
      ],
      out: [[0, 1, 2, 12]],
    },
    {
      numbers: [56],
      pipeline: {
        joins: [
          { join: 'latest', kind: 'inner' },
          { join: 'latest', kind: 'inner' },
          { join: 'latest', kind: 'inner' },
        ],
      },
      in: [
        ['left', '0', '1', 0],
        ['right', '0', '2', 1],
        ['third', '0', '3', 2],
        ['fourth', '0', '4', 3],
      ],
      out: [[0, 1, 2, 3, 3]],
    },
    ...rekeyedMultiJoins,
  ],
  omitted: {
    sql: [4, 5, 6, 7, 8, 9, 42, 43, 44, 46, 47, 49],
    formats: [10, 39, 50, 51, 52, 53, 54],
  },
};
