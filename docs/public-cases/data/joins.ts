import type { CaseFile } from '../case.js';
import { innerJoins } from './inner-joins.js';
import { outerJoins } from './outer-joins.js';
import { joinsOfTables } from './joins-of-tables.js';
import { rekeyedJoins } from './rekeyed-joins.js';
import { rekeyedOuterJoins } from './rekeyed-outer-joins.js';

export const joins: CaseFile = {
  source: 'ksqlDB: query-validation-tests/joins.json',
  count: 150,
  joins: [...innerJoins, ...outerJoins, ...joinsOfTables, ...rekeyedJoins, ...rekeyedOuterJoins],
  omitted: {
    sql: [
      11, 12, 17, 18, 19, 21, 22, 23, 26, 34, 74, 75, 76, 77, 88, 89, 90, 91, 92, 93, 94, 95, 104, 105, 106, 108, 109,
      110, 111, 112, 139, 142,
    ],
    formats: [
      25, 28, 30, 33, 36, 38, 51, 53, 55, 59, 61, 107, 140, 141, 118, 119, 120, 121, 125, 128, 129, 130, 131, 132, 133,
      134, 135, 136, 137, 138, 143, 144, 145, 146, 147, 148, 149,
    ],
    tombstones: [64, 68, 71, 72, 73],
  },
};
