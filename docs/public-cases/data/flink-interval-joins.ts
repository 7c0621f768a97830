import type { CaseFile } from '../case.js';

export const flinkIntervalJoins: CaseFile = {
  source: 'Flink: plan/nodes/exec/stream/IntervalJoinTestPrograms.java',
  count: 3,
  joins: [
    {
      numbers: [0],
      pipeline: { joins: [{ join: 'within', kind: 'inner', before: 5000, after: 5000, grace: 0 }], behind: 1000 },
      in: [
        ['left', '1', 'order 1', 1000],
        ['left', '2', 'order 2', 2000],
        ['right', '1', 'shipment 2', 2000],
        ['left', '4', 'order 4', 4000],
        ['left', '5', 'order 5', 5000],
        ['left', '3', 'order 3', 3000],
        ['right', '2', 'shipment 5', 5000],
        ['right', '5', 'shipment 6', 6000],
        ['left', '7', 'order 7', 9000],
        ['left', '10', 'order 10', 11000],
        ['right', '4', 'shipment 15', 15000],
        ['right', '6', 'shipment 16', 15000],
        ['right', '3', 'shipment 7', 15000],
        ['right', '7', 'shipment 11', 16000],
        ['right', '10', 'shipment 13', 16000],
      ],
      out: [
        [0, 2, 2000],
        [1, 6, 5000],
        [4, 7, 6000],
        [9, 14, 16000],
      ],
      letters: 1,
    },
  ],
  omitted: { 'processing time': [1], 'shifted interval': [2] },
};
