import type { CaseFile } from '../case.js';

export const flinkTemporalJoins: CaseFile = {
  source: 'Flink: plan/nodes/exec/stream/TemporalJoinTestPrograms.java',
  count: 4,
  joins: [
    {
      numbers: [0, 3],
      pipeline: { joins: [{ join: 'as of', kind: 'inner' }] },
      in: [
        ['right', 'USD', '102', 41000],
        ['right', 'Euro', '114', 41000],
        ['right', 'Yen', '1', 41000],
        ['left', 'Euro', '2', 42000],
        ['left', 'USD', '1', 43000],
        ['left', 'Yen', '50', 44000],
        ['right', 'Euro', '116', 45000],
        ['left', 'Euro', '3', 45000],
        ['right', 'Euro', '119', 47000],
        ['right', 'USD', '103', 58000],
        ['left', 'Euro', '1', 58000],
        ['left', 'USD', '1', 58000],
        ['right', 'Euro', '120', 59000],
      ],
      out: [
        [3, 1, 42000],
        [4, 0, 43000],
        [5, 2, 44000],
        [7, 6, 45000],
        [10, 8, 58000],
        [11, 9, 58000],
      ],
    },
  ],
  omitted: { repartition: [1, 2] },
};
