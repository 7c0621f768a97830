import { sourceDiverged, type Position, type Source } from '@stockafolio/core/ports';
import { untilBack } from './until-back.js';

type Waiting = Parameters<typeof untilBack>[0] & { readonly source: Source };

/**
 * Makes sure that the log of the source still holds what was read before these positions.
 *
 * @throws ERR_SOURCE_DIVERGED naming the partitions where it does not
 */
export async function checkSameLog(options: Waiting, positions: readonly Position[]): Promise<void> {
  const { source } = options;
  const known = positions.filter(({ mark }) => mark !== undefined);
  if (known.length === 0 || source.diverged === undefined) return;
  const what = 'asking whether the source holds what was read of it';
  const divergences = await untilBack(options, what, async () => (await source.diverged?.(known)) ?? []);
  if (divergences.length > 0) throw sourceDiverged(divergences);
}
