import { type Pipeline, StockafolioError } from '@stockafolio/core';
import type { Destination, OpenDestination } from '@stockafolio/core/ports';
import { noTransactions } from '@stockafolio/engine';
import { inputsOf } from '../inputs.js';
import type { StreamOptions } from '../options.js';
import { untilBack } from '../until-back.js';

/** The topics that a pipeline sends to, by name, opened. */
export type Destinations = ReadonlyMap<string, OpenDestination>;

/**
 * Opens the topics that a pipeline sends to. If that fails, its sources are closed.
 *
 * @throws ERR_USAGE if one is not stated, or the pipeline does not send to it, or reads it; and as `Destination.open`
 */
export async function openDestinations<T>(options: StreamOptions<T>): Promise<Destinations> {
  const { pipeline, topics = {} } = options;
  const opened = new Map<string, OpenDestination>();
  const inputs = inputsOf(options);
  try {
    checkDestinations(pipeline, topics);
    if (pipeline.plan.topics.length === 0) return opened;
    const counts = await untilBack(options, 'asking what the source holds', () =>
      Promise.all(inputs.map(async ({ source }) => (await source.ranges()).length)),
    );
    const read = new Set(await Promise.all(inputs.map(({ source }) => source.identity())));
    for (const { stream, compactBy, isTransactional } of pipeline.plan.topics) {
      const { name } = stream;
      const shape = { partitions: Math.max(...counts), isCompacted: compactBy.length > 0 };
      const destination = topics[name];
      if (destination === undefined) continue;
      const open = await untilBack(options, `opening topic '${name}'`, () => destination.open(shape));
      opened.set(name, open);
      if (read.has(open.identity)) throw isRead(pipeline, name);
      if (isTransactional && open.transactions === undefined) throw noTransactions(name);
    }
    return opened;
  } catch (error) {
    await closeAll(opened);
    await Promise.allSettled(inputs.map(({ source }) => source.close()));
    throw error;
  }
}

export async function closeAll(opened: Destinations): Promise<void> {
  await Promise.all([...opened.values()].map(({ producer }) => producer.close()));
}

/** @throws ERR_USAGE if a topic of the pipeline has no destination, or a destination is of no topic */
function checkDestinations({ name: pipeline, plan }: Pipeline, given: Readonly<Record<string, Destination>>): void {
  const names = plan.topics.map(({ stream }) => stream.name);
  const missing = names.find((name) => given[name] === undefined);
  if (missing !== undefined) {
    throw new StockafolioError('ERR_USAGE', `pipeline '${pipeline}' sends to topic '${missing}': state where it is`, {
      hint: `topics: { ${missing}: logDestination(DIR) } or kafkaDestination({ ... }); --topic ${missing}=URL`,
    });
  }
  const extra = Object.keys(given).find((name) => !names.includes(name));
  if (extra === undefined) return;
  throw new StockafolioError('ERR_USAGE', `pipeline '${pipeline}' does not send to a topic '${extra}'`, {
    hint: names.length === 0 ? 'it sends to none' : `its topics are ${names.join(', ')}`,
  });
}

function isRead({ name }: Pipeline, topic: string): StockafolioError {
  return new StockafolioError(
    'ERR_USAGE',
    `pipeline '${name}' reads what it is to send to as topic '${topic}': its records would come back without end`,
    { hint: 'name another topic' },
  );
}

/** The destinations of one stage of a pipeline. */
export function destinationsOf(stage: Pick<Pipeline, 'plan'>, all: Destinations): Destinations {
  const names = stage.plan.topics.map(({ stream }) => stream.name);
  return new Map([...all].filter(([name]) => names.includes(name)));
}
