import { StockafolioError } from '@stockafolio/core';
import type { Archive } from '@stockafolio/core/ports';

/** The error for a location without the expected content: most often its URL is misspelled. */
export function nothingThere(place: string, what: string): StockafolioError {
  return new StockafolioError('ERR_FILE_NOT_FOUND', `there is no ${what} in ${place}`, {
    hint: 'check the location: file names are relative to it, as in trades/day=2026-01-05/...',
  });
}

/** @throws ERR_FILE_NOT_FOUND if no message of the stream is archived */
export async function expectArchive(archive: Archive<unknown>, stream: string, place: string): Promise<void> {
  if ((await archive.facts()) === undefined) throw nothingThere(place, `archive of stream '${stream}'`);
}
