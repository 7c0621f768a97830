import { StockafolioError } from '@stockafolio/core';
import type { Archive } from '@stockafolio/core/ports';

/** Says that a place holds nothing of what was to be taken from it: most often its URL has a slip. */
export function nothingThere(place: string, what: string): StockafolioError {
  return new StockafolioError('ERR_FILE_NOT_FOUND', `there is no ${what} in ${place}`, {
    hint: 'check the place: names of files are counted from it on, as in trades/day=2026-01-05/...',
  });
}

/** @throws ERR_FILE_NOT_FOUND where nothing of the stream is archived */
export async function expectArchive(archive: Archive<unknown>, stream: string, place: string): Promise<void> {
  if ((await archive.facts()) === undefined) throw nothingThere(place, `archive of stream '${stream}'`);
}
