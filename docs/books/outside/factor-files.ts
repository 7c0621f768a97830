import type { CaseFile, Difference } from './case.js';

/** A share's splits by their dates, and by what prices before each row's date are multiplied in Lean's file. */
export interface FactorFile {
  readonly name: string;
  readonly splits: readonly (readonly [date: string, numerator: number, denominator: number])[];
  readonly factors: readonly (readonly [date: string, factor: string])[];
  readonly differs?: Difference;
}

/** Of 25 files, those that were read; rows without another split factor are left out. */
export const factorFiles: CaseFile & { readonly files: readonly FactorFile[] } = {
  source: 'Lean: factor_files',
  count: 18,
  omitted: {},
  files: [
    {
      name: 'aapl',
      splits: [
        ['2000-06-20', 2, 1],
        ['2005-02-25', 2, 1],
        ['2014-06-06', 7, 1],
      ],
      factors: [
        ['2000-06-20', '0.0357143'],
        ['2005-02-25', '0.0714286'],
        ['2014-06-06', '0.142857'],
      ],
    },
    {
      name: 'aig',
      splits: [
        ['1998-07-31', 3, 2],
        ['1999-07-30', 5, 4],
        ['2000-07-28', 3, 2],
        ['2009-06-30', 1, 20],
      ],
      factors: [
        ['1998-07-31', '7.11238'],
        ['1999-07-30', '10.661'],
        ['2000-07-28', '13.3333'],
        ['2009-06-30', '20'],
      ],
      differs: 'rounded ratios',
    },
    { name: 'bac', splits: [['2004-08-27', 2, 1]], factors: [['2004-08-27', '0.5']] },
    { name: 'bno', splits: [['2013-08-28', 2, 1]], factors: [['2013-08-28', '0.5']] },
    {
      name: 'eem',
      splits: [
        ['2005-06-08', 3, 1],
        ['2008-07-23', 3, 1],
      ],
      factors: [
        ['2005-06-08', '0.111111'],
        ['2008-07-23', '0.333333'],
      ],
    },
    {
      name: 'gbsn',
      splits: [
        ['2015-12-11', 1, 60],
        ['2016-03-30', 1, 35],
        ['2016-09-15', 1, 80],
      ],
      factors: [
        ['2015-12-11', '166666.99417200'],
        ['2016-03-30', '2797.200'],
        ['2016-09-15', '80'],
      ],
      differs: 'rounded ratios',
    },
    {
      name: 'goog',
      splits: [['2015-04-24', 10_027_455, 10_000_000]],
      factors: [['2015-04-24', '0.997307']],
      differs: 'rounded ratios',
    },
    { name: 'googl', splits: [['2014-04-02', 2, 1]], factors: [['2014-04-02', '0.5']] },
    { name: 'ibm', splits: [['1999-05-26', 2, 1]], factors: [['1999-05-26', '0.5']] },
    { name: 'iwm', splits: [['2005-06-08', 2, 1]], factors: [['2005-06-08', '0.5']] },
    { name: 'qqq', splits: [['2000-03-17', 2, 1]], factors: [['2000-03-17', '0.5']] },
    { name: 'tfcfa', splits: [['2004-11-02', 2, 1]], factors: [['2004-11-02', '0.5']] },
    {
      name: 'twx',
      splits: [
        ['1998-03-16', 2, 1],
        ['1998-11-17', 2, 1],
        ['1999-02-22', 2, 1],
        ['1999-11-22', 2, 1],
        ['2009-03-27', 1, 3],
      ],
      factors: [
        ['1998-03-16', '0.18750101'],
        ['1998-11-17', '0.37499504'],
        ['1999-02-22', '0.75001904'],
        ['1999-11-22', '1.49993008'],
        ['2009-03-27', '3.0003'],
      ],
      differs: 'rounded ratios',
    },
    { name: 'twx.1', splits: [['1998-12-15', 2, 1]], factors: [['1998-12-15', '0.5']] },
    { name: 'uso', splits: [], factors: [['1998-01-02', '1']] },
    {
      name: 'vxx',
      splits: [
        ['2010-11-08', 1, 4],
        ['2012-10-04', 1, 4],
        ['2013-11-07', 1, 4],
        ['2016-08-08', 1, 4],
        ['2017-08-22', 1, 4],
      ],
      factors: [
        ['2010-11-08', '1000'],
        ['2012-10-04', '256.41'],
        ['2013-11-07', '64.1026'],
        ['2016-08-08', '16'],
        ['2017-08-22', '4'],
      ],
      differs: 'rounded ratios',
    },
    {
      name: 'vxx.1',
      splits: [
        ['2010-11-08', 1, 4],
        ['2012-10-04', 1, 4],
        ['2013-11-07', 1, 4],
        ['2016-08-08', 1, 4],
        ['2017-08-22', 1, 4],
      ],
      factors: [
        ['2010-11-08', '1000'],
        ['2012-10-04', '256.41'],
        ['2013-11-07', '64.1026'],
        ['2016-08-08', '16'],
        ['2017-08-22', '4'],
      ],
      differs: 'rounded ratios',
    },
    { name: 'wm', splits: [], factors: [['1998-01-02', '1']] },
  ],
};
