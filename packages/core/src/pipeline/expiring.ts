import { StockafolioError } from '../errors/index.js';
import type { Topic } from '../stream/index.js';
import type { FlowOrigin } from './flow.js';
import type { OperatorNode } from './plan.js';

/**
 * Where the figures that expire leave the fold directly before a topic.
 *
 * @param known those of folds before other topics; it is added
 * @throws ERR_PIPELINE_INVALID if no fold whose keys expire is directly before it
 */
export function originOfExpired(
  { stream: { name } }: Topic,
  fold: OperatorNode | undefined,
  known: Map<OperatorNode, FlowOrigin>,
): FlowOrigin {
  const isFold = fold !== undefined && ['foldByKey', 'latestByKey'].includes(fold.kind);
  if (!isFold || (fold.settings['expires'] === undefined && fold.settings['expiresAfter'] === undefined)) {
    throw new StockafolioError(
      'ERR_PIPELINE_INVALID',
      `topic '${name}' is to remove what expires, but ${fold === undefined ? 'no fold is directly before it' : `nothing expires in operator '${fold.name}' (${fold.kind}) before it`}`,
      {
        hint: 'put foldByKey or latestByKey with expires or expiresAfter directly before it: what they forget depends on records alone',
      },
    );
  }
  const origin = known.get(fold) ?? Object.freeze({ name: fold.name });
  known.set(fold, origin);
  return origin;
}
