import { int64, into, pipeline, table } from '@stockafolio/core';
import { filter, map } from 'rxjs';
import { feeds } from '../feeds.js';
import type { Query } from '../query.js';

const selected = table(
  'q2_bids',
  { partitionBy: ['auction'], clusterBy: ['number'] },
  { auction: int64(), number: int64(), price: int64() },
);

/** Selection. */
export const q2: Query = {
  pipeline: pipeline('q2', feeds.q2, ({ bids }) => [
    into(
      selected,
      bids.pipe(
        filter(({ auction }) => auction % 123 === 0),
        map(({ auction, number, price }) => ({ auction, number, price })),
      ),
    ),
  ]),
  answer: (read) => read(selected),
};
