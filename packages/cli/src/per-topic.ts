import { type Pipeline, StockafolioError } from '@stockafolio/core';
import type { Destination } from '@stockafolio/core/ports';
import type { OpenSourceOptions } from './urls/open.js';
import { placeOfTopic } from './urls/open.js';
import type { Toolkit } from './toolkit.js';

/** Instead of a URL: nothing is sent to the topic. */
export const NONE = 'none' as const;

/**
 * The values of `--topic NAME=URL`, by the name of the topic.
 *
 * @param sources the URLs that the pipeline reads
 * @throws ERR_USAGE if a topic has none, or two, if the pipeline sends to no such topic, or if it reads it
 */
export function perTopic(
  { name: pipeline, plan }: Pick<Pipeline, 'name' | 'plan'>,
  given: readonly string[] = [],
  { sources = [], mayBeNone = false }: { readonly sources?: readonly string[]; readonly mayBeNone?: boolean } = {},
): ReadonlyMap<string, string> {
  const names = plan.topics.map(({ stream }) => stream.name);
  const values = new Map<string, string>();
  for (const text of given) {
    const [, name = '', url = ''] = /^([a-z][a-z0-9_-]*)=(.+)$/s.exec(text) ?? [];
    if (!names.includes(name)) throw wrong(`pipeline '${pipeline}' sends to no topic '${name || text}'`, names);
    if (values.has(name)) throw wrong(`--topic is given twice for '${name}'`, names);
    if (url === NONE && !mayBeNone) throw wrong(`--topic ${text}: a stream sends what it makes`, names);
    if (sources.includes(placeOfTopic(url)))
      throw wrong(`--topic ${text}: the pipeline reads it, so its records would come back without end`, names);
    values.set(name, url);
  }
  const missing = names.find((name) => !values.has(name));
  if (missing === undefined) return values;
  const none = mayBeNone ? `, or --topic ${missing}=${NONE} if this batch is not to send anything` : '';
  throw new StockafolioError('ERR_USAGE', `pipeline '${pipeline}' sends to topic '${missing}'`, {
    hint: `state where it is: --topic ${missing}=URL${none}`,
  });
}

/** Opens the topics of {@link perTopic} for a run. */
export function openPerTopic(
  urls: ReadonlyMap<string, string>,
  toolkit: Pick<Toolkit, 'openDestination'>,
  waiting: OpenSourceOptions = {},
): Record<string, Destination> {
  return Object.fromEntries([...urls].map(([name, url]) => [name, toolkit.openDestination(url, waiting)]));
}

function wrong(what: string, names: readonly string[]): StockafolioError {
  return new StockafolioError('ERR_USAGE', what, {
    hint:
      names.length === 0
        ? 'omit --topic: it sends to tables alone'
        : `write ${names.map((name) => `--topic ${name}=URL`).join(' ')}`,
  });
}
