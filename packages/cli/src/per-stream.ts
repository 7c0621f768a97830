import { StockafolioError, type Pipeline, type Stream } from '@stockafolio/core';

/** Collects the values of an option that may be given several times. */
export function collected(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/**
 * The values of an option that is given for each stream of a pipeline, in the order of the streams: `VALUE`, or
 * `STREAM=VALUE` if there are several.
 *
 * @param given the values as given
 * @param option for messages, such as `--source`
 * @throws ERR_USAGE if a stream has none, or more than one, or there is no such stream
 */
export function perStream(
  { name: pipeline, streams }: Pick<Pipeline, 'name' | 'streams'>,
  given: readonly string[],
  option: string,
): readonly string[] {
  const names = streams.map(({ name }) => name);
  const values = new Map<string, string>();
  for (const text of given) {
    const { stream, value } = partsOf(text, names);
    if (!names.includes(stream)) throw wrong(`${option} '${text}' does not name a stream`, names, option);
    if (values.has(stream)) throw wrong(`${option} is given twice for stream '${stream}'`, names, option);
    values.set(stream, value);
  }
  const missing = names.find((name) => !values.has(name));
  if (missing !== undefined) throw wrong(`pipeline '${pipeline}' also reads stream '${missing}'`, names, option);
  return names.map((name) => values.get(name) ?? '');
}

/** One stream of a pipeline, and the value of an option for it: `VALUE`, or `STREAM=VALUE` if there are several. */
export function oneStream(
  { streams }: Pick<Pipeline, 'streams'>,
  text: string,
  option: string,
): { readonly stream: Stream<unknown>; readonly input: number; readonly value: string } {
  const names = streams.map(({ name }) => name);
  const { stream: name, value } = partsOf(text, names);
  const input = names.indexOf(name);
  const stream = streams[input];
  if (stream !== undefined) return { stream, input, value };
  throw wrong(`${option} '${text}' does not name a stream`, names, option);
}

function partsOf(text: string, names: readonly string[]): { readonly stream: string; readonly value: string } {
  const [only = ''] = names;
  const [, stream, value] = /^([a-z][a-z0-9_-]*)=(.*)$/s.exec(text) ?? [];
  if (stream !== undefined && value !== undefined && names.includes(stream)) return { stream, value };
  return { stream: names.length === 1 ? only : '', value: text };
}

function wrong(what: string, names: readonly string[], option: string): StockafolioError {
  const all = names.map((name) => `${option} ${name}=...`).join(' ');
  return new StockafolioError('ERR_USAGE', what, {
    hint: names.length === 1 ? `its only stream is '${names[0]}': write ${option} once` : `write ${all}`,
  });
}
