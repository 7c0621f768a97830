import { int64, into, pipeline, table, text } from '@stockafolio/core';
import { map } from 'rxjs';
import { feeds } from '../feeds.js';
import type { Query } from '../query.js';

const directories = table(
  'q22_bids',
  { partitionBy: ['auction'], clusterBy: ['number'] },
  {
    ...{ auction: int64(), number: int64(), bidder: int64(), price: int64(), channel: text() },
    ...{ dir1: text(), dir2: text(), dir3: text() },
  },
);

/** Get URL directories. */
export const q22: Query = {
  pipeline: pipeline('q22', feeds.q22, ({ bids }) => [
    into(
      directories,
      bids.pipe(
        map(({ auction, number, bidder, price, channel, url }) => {
          const [, , , dir1 = '', dir2 = '', dir3 = ''] = url.split('/');
          return { auction, number, bidder, price, channel, dir1, dir2, dir3 };
        }),
      ),
    ),
  ]),
  answer: (read) => read(directories),
};
