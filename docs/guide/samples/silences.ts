import { int64, into, minutes, pipeline, processByKey, record, table, text, timestamp } from '@stockafolio/core';
import { sales } from './sales.js';

const Silence = record('silence', { shop: text(), since: timestamp(), sales: int64() });
const Seen = record('seen', { sales: int64(), last: timestamp() });

export const silences = table('silences', { partitionBy: ['shop'], clusterBy: ['since'] }, Silence.fields);

export const silentShops = pipeline('silent-shops', { sales }, ({ sales }) => [
  // #region silences
  into(
    silences,
    sales.pipe(
      processByKey('silences', {
        key: ['shop'],
        state: Seen,
        timers: ['silent'],
        output: Silence,
        onRecord: (seen, { time }, { timers }) => {
          seen.sales += 1;
          seen.last = Math.max(seen.last, time);
          timers.silent.set(seen.last + minutes(10));
        },
        onTimer: ({ sales, last }, _timer, { key: [shop], emit }) => emit({ shop, since: last, sales }),
      }),
    ),
  ),
  // #endregion silences
]);
