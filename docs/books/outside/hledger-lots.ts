import type { LotFile, Step } from './case.js';

const equal: readonly Step[] = [
  ['buy', '01-15', 10, 50],
  ['buy', '02-01', 10, 50],
];

export const hledgerLots: LotFile = {
  source: 'hledger: lots-methods.test',
  count: 32,
  omitted: { 'no method': 10, display: 4 },
  cases: [
    { name: '1', method: 'lifo', steps: [...equal, ['sell', '03-01', 15, 55]], left: [[5, 50]], gain: 75 },
    { name: '2', method: 'lifo', steps: [...equal, ['sell', '03-01', 10, 50]], left: [[10, 50]], gain: 0 },
    { name: '3', method: 'lifo', steps: [...equal, ['sell', '03-01', 10, 50]], left: [[10, 50]], gain: 0 },
    { name: '4', method: 'fifo', steps: [...equal, ['sell', '03-01', 15, 55]], left: [[5, 50]], gain: 75 },
    {
      name: '5',
      method: 'fifo',
      steps: [
        ['buy', '01-15', 10, 50],
        ['sell', '03-01', 10, 50],
      ],
      left: [],
      gain: 0,
    },
    {
      name: '6',
      method: 'fifo',
      steps: [
        ['buy', '01-15', 5, 50],
        ['sell', '03-01', 8, 50],
      ],
      left: [[5, 50]],
      refused: 1,
      differs: 'crosses zero',
      here: { left: [[-3, 50]] },
    },
    { name: '7', method: 'lifo', steps: [...equal, ['sell', '04-01', 10, 50]], left: [[10, 50]], gain: 0 },
    {
      name: '8',
      method: 'lifo',
      steps: [
        ['buy', '01-15', 10, 50],
        ['buy', '02-01', 5, 50],
        ['out', '03-01', 8],
      ],
      left: [[7, 50]],
    },
    {
      name: '9',
      method: 'fifo',
      steps: [
        ['buy', '01-15', 10, 50],
        ['buy', '02-01', 5, 50],
        ['sell', '03-01', 12, 50],
      ],
      left: [[3, 50]],
      gain: 0,
    },
    {
      name: '10',
      method: 'hifo',
      steps: [
        ['buy', '01-15', 10, 40],
        ['buy', '02-01', 10, 60],
        ['buy', '03-01', 10, 50],
        ['sell', '04-01', 15, 65],
      ],
      left: [
        [10, 40],
        [5, 50],
      ],
      gain: 125,
    },
    {
      name: '11',
      method: 'hifo',
      steps: [
        ['buy', '01-15', 10, 40],
        ['buy', '02-01', 10, 60],
        ['sell', '04-01', 10, 65],
      ],
      left: [[10, 40]],
      gain: 50,
    },
    {
      name: '12',
      method: 'average',
      steps: [
        ['buy', '01-15', 10, 40],
        ['buy', '02-01', 10, 60],
        ['sell', '03-01', 5, 55],
      ],
      left: [[15, 50]],
      gain: 25,
    },
    {
      name: '13',
      method: 'average',
      steps: [
        ['buy', '01-15', 10, 40],
        ['buy', '02-01', 10, 60],
        ['sell', '04-01', 5, 55],
      ],
      left: [[15, 50]],
      gain: 25,
    },
    {
      name: '14',
      method: 'average',
      steps: [
        ['buy', '01-15', 10, 30],
        ['buy', '02-01', 20, 60],
        ['sell', '03-01', 3, 55],
      ],
      left: [[27, 50]],
      gain: 15,
    },
    {
      name: '20',
      method: 'average',
      steps: [
        ['buy', '05-01', 10, 40],
        ['buy', '05-02', 10, 60],
        ['sell', '05-03', 10, 100],
        ['sell', '05-04', 10, 100],
      ],
      left: [],
      gain: 1000,
    },
    {
      name: '22',
      method: 'average',
      steps: [
        ['buy', '01-15', 10, 40],
        ['sell', '02-01', 5, 50],
        ['buy', '03-01', 10, 70],
        ['sell', '04-01', 5, 80],
      ],
      left: [[10, 60]],
      gain: 150,
    },
    {
      name: '23',
      method: 'average',
      steps: [
        ['buy', '02-01', 10, 20],
        ['in', '03-01', 10, 10],
        ['sell', '04-01', 5, 30],
      ],
      left: [[15, 15]],
      gain: 75,
    },
    {
      name: '24',
      method: 'average',
      steps: [
        ['buy', '01-01', 10, 10],
        ['buy', '02-01', 10, 30],
        ['out', '03-01', 5],
        ['sell', '05-01', 5, 50],
      ],
      left: [[10, 20]],
      gain: 150,
    },
  ],
};
