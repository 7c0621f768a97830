import type { StreamOptions } from '../options.js';
import { withoutRepeats } from './without-repeats.js';

/** The options with sources that drop what a pipeline has sent twice. */
export function readingOnce<T>(options: StreamOptions<T>): StreamOptions<T> {
  const { source, others, reopen } = options;
  return {
    ...options,
    source: withoutRepeats(source),
    ...(others === undefined
      ? {}
      : {
          others: Object.fromEntries(
            Object.entries(others).map(([name, input]) => [name, { ...input, source: withoutRepeats(input.source) }]),
          ),
        }),
    ...(reopen === undefined ? {} : { reopen: (stream: string) => withoutRepeats(reopen(stream)) }),
  };
}
