import {
  markAfter,
  positionAt,
  sourceDiverged,
  type Archive,
  type ArchivedFile,
  type Divergence,
  type Position,
} from '@stockafolio/core/ports';
import { divergencesOf } from './same-log.js';
import { untilBack } from './until-back.js';

type Waiting = Parameters<typeof divergencesOf>[0] & { readonly archive: Pick<Archive<unknown>, 'facts'> };

/** The position after a file of an archive, with the file's facts about its last message. */
export async function endOfFile(options: Waiting, { name, partition, last }: ArchivedFile): Promise<Position> {
  const facts = await untilBack(options, 'reading the archive', () => options.archive.facts(name));
  const { history, writers } = facts ?? {};
  const position = positionAt(partition, last + 1, markAfter(history));
  return writers === undefined ? position : { ...position, seen: { writers } };
}

/**
 * Checks that the log of the source still holds the archived messages.
 *
 * @param ends the positions from which the archive continues
 * @throws ERR_SOURCE_DIVERGED naming the partitions where it does not, and the offsets up to which it does
 */
export async function checkArchivedLog(
  options: Waiting,
  ends: readonly Position[],
  files: readonly ArchivedFile[],
): Promise<void> {
  const divergences: Divergence[] = [];
  for (const divergence of await divergencesOf(options, ends)) {
    const { partition } = divergence.position;
    const own = files.filter((file) => file.partition === partition);
    // An epoch gives the exact offset.
    const intact = divergence.by === 'epoch' ? undefined : await intactUpTo(options, own);
    divergences.push(intact === undefined ? divergence : { ...divergence, intact });
  }
  if (divergences.length > 0) throw sourceDiverged(divergences);
}

/**
 * The offset up to which the log matches a partition's files, whose last is known not to match: checked at the end of
 * every file.
 */
async function intactUpTo(options: Waiting, files: readonly ArchivedFile[]): Promise<number | undefined> {
  let fits = -1;
  let differs = files.length - 1;
  while (differs - fits > 1) {
    const middle = Math.floor((fits + differs) / 2);
    const file = files[middle];
    if (file === undefined) break;
    const isOther = (await divergencesOf(options, [await endOfFile(options, file)])).length > 0;
    if (isOther) differs = middle;
    else fits = middle;
  }
  return files[fits + 1]?.first;
}
