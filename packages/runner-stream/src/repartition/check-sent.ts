import { StockafolioError } from '@stockafolio/core';
import type { OwnTopic } from '@stockafolio/core/ports';
import { type EnginePosition, findCheckpoint } from '@stockafolio/engine';
import type { StreamOptions } from '../options.js';
import { untilBack } from '../until-back.js';

/** A repartition, the stages before and behind it by name, and its topic. */
export interface Sent {
  readonly repartition: string;
  readonly from: string;
  readonly lanes: number;
  readonly to: string;
  readonly topic: Pick<OwnTopic, 'source'>;
}

/**
 * Checks that a topic without messages lacks nothing: what the checkpoints before it have sent, those behind it have
 * processed. Otherwise a batch has sent it, which has no topics, or the topic was made anew. If the topic has messages,
 * the numbers in them tell.
 *
 * @throws ERR_OFFSET_GONE
 */
export async function checkSent<T>(
  options: Pick<StreamOptions<T>, 'checkpoints' | 'clock' | 'signal' | 'onEvent'>,
  { repartition, from, lanes, to, topic }: Sent,
): Promise<void> {
  const ranges = await topic.source.ranges();
  const empty = ranges.filter(({ oldest, end }) => oldest >= end).map(({ partition }) => partition);
  if (empty.length === 0) return;
  const positionOf = async (stage: string, partition: number): Promise<EnginePosition | undefined> => {
    const find = () => findCheckpoint(options.checkpoints, stage, partition, () => undefined);
    return (await untilBack(options, 'reading checkpoints', find))?.last.header.position;
  };
  const processed = new Map<number, EnginePosition | undefined>();
  for (const partition of empty) processed.set(partition, await positionOf(to, partition));
  for (let lane = 0; lane < lanes; lane++) {
    const last = (await positionOf(from, lane))?.departed?.last[repartition] ?? [];
    for (const [partition, position] of processed) {
      const input = position?.inputs?.find(({ stream }) => stream === `${repartition}-${lane}`);
      const single = lane === 0 && position?.inputs === undefined ? position?.offset : undefined;
      const next = input?.offset ?? single ?? 0;
      if ((last[partition] ?? -1) >= next) throw lacking(repartition, lane, partition, next);
    }
  }
}

function lacking(repartition: string, lane: number, partition: number, next: number): StockafolioError {
  return new StockafolioError(
    'ERR_OFFSET_GONE',
    `the topic of repartition '${repartition}' is empty, but of what partition ${lane} sent to partition ${partition}, record ${next} and what follows was not processed`,
    {
      hint: 'if a batch has sent it, run that batch with --to-end first; if the topic was deleted, rebuild tables and checkpoints of the pipeline with the batch runner',
    },
  );
}
