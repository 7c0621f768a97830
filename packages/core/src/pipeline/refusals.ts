import { StockafolioError } from '../errors/index.js';
import type { Stream } from '../stream/index.js';
import type { OperatorNode } from './plan.js';

/** The error of an operator whose key is not the stream's. */
export function notPartitioned({ name }: OperatorNode, stream: Stream<unknown>): StockafolioError {
  const fields = stream.keyFields ?? [];
  return new StockafolioError(
    'ERR_KEY_NOT_PARTITIONED',
    `operator '${name}': its key must begin with that of stream '${stream.name}' (${fields.length > 0 ? fields.join(', ') : 'which is keyed by nothing'}), because other partitions hold records of its keys too`,
    {
      hint: "begin the key with the stream's own key, put repartition() before it, or use shardedFold with a table that has a shard column",
    },
  );
}

/**
 * The error of what cannot be given values that change.
 *
 * @param what it is and cannot do, such as `operator 'total' cannot fold`
 */
export function changes(what: string, { name, kind, finalAfter }: OperatorNode): StockafolioError {
  return new StockafolioError(
    'ERR_PIPELINE_INVALID',
    `${what} what operator '${name}' (${kind}) emits: it changes, and when it is emitted depends on commits`,
    {
      hint:
        finalAfter !== undefined
          ? `put whenFinal() directly behind '${name}': then each window is passed on once, when no record can change it`
          : 'send it into a table only; fold the records themselves',
    },
  );
}
