import { type Key, StockafolioError } from '@stockafolio/core';
import type { KeyTuple } from '@stockafolio/core/plan';

/** The error of a key that does not begin with the stream's own, so that no partition holds all of it. */
export function notPartitioned(operator: string, key: KeyTuple, own: Key): StockafolioError {
  return new StockafolioError(
    'ERR_KEY_NOT_PARTITIONED',
    `operator '${operator}': key (${key.join(', ')}) does not begin with the stream's key (${String(own)}), so other partitions hold records of it too`,
    { hint: "begin the key with the stream's own key, or use shardedFold with a table that has a shard column" },
  );
}
