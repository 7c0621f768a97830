import { StockafolioError } from '@stockafolio/core';
import { sourceDiverged, type Divergence, type Position, type Source } from '@stockafolio/core/ports';
import { untilBack } from './until-back.js';

type Waiting = Parameters<typeof untilBack>[0] & { readonly source: Source };

/**
 * Checks that the log of the source still holds the messages that were read before these positions.
 *
 * @throws ERR_SOURCE_DIVERGED naming the partitions where it does not
 */
export async function checkSameLog(options: Waiting, positions: readonly Position[]): Promise<void> {
  const divergences = await divergencesOf(options, positions);
  if (divergences.length > 0) throw sourceDiverged(divergences);
}

/** The positions before which the log no longer holds the messages that were read, as far as their marks show. */
export async function divergencesOf(options: Waiting, positions: readonly Position[]): Promise<readonly Divergence[]> {
  const { source } = options;
  const known = positions.filter(({ mark, inputs = [] }) => [{ mark }, ...inputs].some((at) => at.mark !== undefined));
  if (known.length === 0 || source.diverged === undefined) return [];
  const what = 'asking whether the source holds what was read of it';
  return untilBack(options, what, async () => (await source.diverged?.(known)) ?? []);
}

/** The error if tables were made from another source. */
export function otherSource(pipeline: string, made: string, given: string): StockafolioError {
  return new StockafolioError(
    'ERR_SOURCE_MISMATCH',
    `the tables of pipeline '${pipeline}' were made from source ${made}; this source is ${given}`,
    { hint: 'write to other tables, or remove these first: results of two sources cannot be told apart' },
  );
}
