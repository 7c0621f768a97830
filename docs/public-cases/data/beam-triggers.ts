import type { CaseFile } from '../case.js';

export const beamTriggers: CaseFile = {
  source: 'Beam: sdks/python/apache_beam/testing/data/trigger_transcripts.yaml',
  count: 17,
  windows: [
    {
      numbers: [0],
      pipeline: { window: 'tumbling', figure: 'values', size: 10, grace: 1000, emit: 'close' },
      in: [
        ['k', '1', 1],
        ['k', '2', 2],
        ['k', '3', 3],
        ['k', '10', 10],
        ['k', '11', 11],
        ['~', '', 25],
      ],
      out: [
        ['k', 0, 10, '1 2 3'],
        ['k', 10, 20, '10 11'],
      ],
    },
    {
      numbers: [1],
      pipeline: { window: 'tumbling', figure: 'values', size: 10, grace: 1000, emit: 'close' },
      in: [
        ['k', '1', 1],
        ['k', '2', 2],
        ['k', '3', 3],
        ['k', '10', 10],
        ['k', '11', 11],
        ['k', '25', 25],
        ['~', '', 100],
        ['k', '7', 7],
      ],
      out: [
        ['k', 0, 10, '1 2 3'],
        ['k', 10, 20, '10 11'],
        ['k', 20, 30, '25'],
        ['k', 0, 10, '1 2 3 7'],
      ],
    },
    {
      numbers: [4],
      pipeline: { window: 'tumbling', figure: 'values', size: 10, grace: 1000, emit: 'close' },
      in: [
        ['k', '1', 1],
        ['k', '2', 2],
        ['k', '3', 3],
        ['k', '10', 10],
        ['k', '11', 11],
        ['k', '25', 25],
        ['~', '', 100],
      ],
      out: [
        ['k', 0, 10, '1 2 3'],
        ['k', 10, 20, '10 11'],
        ['k', 20, 30, '25'],
      ],
    },
    {
      numbers: [7],
      pipeline: { window: 'session', figure: 'values', gap: 10, grace: 1000, emit: 'close' },
      in: [
        ['k', '1', 1],
        ['k', '2', 2],
        ['k', '3', 3],
        ['k', '4', 4],
        ['k', '5', 5],
        ['k', '6', 6],
        ['~', '', 100],
        ['k', '1', 1],
        ['k', '3', 3],
        ['k', '4', 4],
      ],
      out: [
        ['k', 1, 13, '1 2 3'],
        ['k', 1, 15, '1 2 3 4 5'],
        ['k', 1, 16, '1 2 3 4 5 6'],
        ['k', 1, 16, '1 1 2 3 3 4 4 5 6'],
      ],
      differs: 'early panes',
      here: [
        ['k', 1, 16, '1 2 3 4 5 6'],
        ['k', 1, 16, '1 1 2 3 4 5 6'],
        ['k', 1, 16, '1 1 2 3 3 4 5 6'],
        ['k', 1, 16, '1 1 2 3 3 4 4 5 6'],
      ],
    },
  ],
  omitted: { 'output time': [2, 3, 5, 6, 10, 11], 'count triggers': [8, 9], 'not about it': [12, 13, 14, 15, 16] },
};
