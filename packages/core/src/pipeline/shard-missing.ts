import { StockafolioError } from '../errors/index.js';
import type { Table } from '../table/index.js';

/** The error if several partitions would write parts of one figure to the same row. */
export function shardMissing(table: Table): StockafolioError {
  return new StockafolioError(
    'ERR_SHARD_MISSING',
    `table '${table.name}' receives figures whose key does not begin with the stream's key, so every partition holds a part of them`,
    {
      hint: `give '${table.name}' a column \`shard: shard()\` in clusterBy: each partition writes its part, and readers sum them`,
    },
  );
}

/** The error if several partitions would send parts of one figure to a topic. */
export function partsOfFigures(topic: string): StockafolioError {
  return new StockafolioError(
    'ERR_SHARD_MISSING',
    `topic '${topic}' receives figures whose key does not begin with the stream's key, so every partition holds a part of them`,
    { hint: 'put repartition() before the operator, so that one partition has each figure whole' },
  );
}
