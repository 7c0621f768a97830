import { markAfter, type Archive, type ArchiveStretch, type Position } from '@stockafolio/core/ports';
import { untilBack } from './until-back.js';

type Waiting = Parameters<typeof untilBack>[0] & { readonly archive: Pick<Archive<unknown>, 'facts'> };

/** The position after a file of an archive, with what the file says of its last message. */
export async function endOfFile(
  options: Waiting,
  { name, partition, last }: Pick<ArchiveStretch, 'name' | 'partition' | 'last'>,
): Promise<Position> {
  const facts = await untilBack(options, 'reading the archive', () => options.archive.facts(name));
  const mark = markAfter(facts?.history);
  return { partition, offset: last + 1, ...(mark === undefined ? {} : { mark }) };
}
