import { StockafolioError } from '@stockafolio/core';
import {
  markAfter,
  type Archive,
  type ArchivedHistory,
  type ArchivedFile,
  type Mark,
  type Position,
  type Seen,
} from '@stockafolio/core/ports';

/** A file of an archive, and its facts about the log of its source. */
export interface FileHistory {
  readonly file: ArchivedFile;
  readonly history: ArchivedHistory;
  /** See `ArchiveFacts.writers`. */
  readonly writers?: Readonly<Record<string, number>> | undefined;
}

/** Files that are read at a time. */
const AT_ONCE = 16;

/** The facts of these files about the log of their source; it reads the end of each file once. */
export async function historiesOf<T>(
  archive: Pick<Archive<T>, 'facts'>,
  files: readonly ArchivedFile[],
): Promise<readonly FileHistory[]> {
  const histories: FileHistory[] = [];
  for (let from = 0; from < files.length; from += AT_ONCE) {
    const some = files.slice(from, from + AT_ONCE);
    const facts = await Promise.all(some.map(({ name }) => archive.facts(name)));
    some.forEach((file, n) => histories.push({ file, history: facts[n]?.history ?? {}, writers: facts[n]?.writers }));
  }
  return histories;
}

/**
 * Checks that consecutive files, and the messages processed before them, belong to one history of their source. In a
 * log that was not truncated the leader epochs only rise.
 *
 * @param before the position from which the files are read
 * @throws ERR_SOURCE_DIVERGED naming the first file of another history
 */
export function checkOneHistory(partition: number, files: readonly FileHistory[], before: Position): void {
  let known = { epoch: before.mark?.epoch, at: before.offset - 1, of: 'the messages processed before' };
  for (const { file, history } of files) {
    const { firstEpoch, lastEpoch } = history;
    if (known.epoch !== undefined && isOther(known.epoch, known.at, { file, history })) {
      const is = firstEpoch === lastEpoch ? String(lastEpoch) : `${firstEpoch ?? '?'} to ${lastEpoch ?? '?'}`;
      throw new StockafolioError(
        'ERR_SOURCE_DIVERGED',
        `archive: partition ${partition}: '${file.name}' is of leader epoch ${is}, but ${known.of} up to offset ${known.at + 1} of leader epoch ${known.epoch}: they belong to two histories of the topic`,
        {
          hint: 'keep the files of one history: remove those of the other, then archive what is missing',
        },
      );
    }
    if (lastEpoch !== undefined) known = { epoch: lastEpoch, at: file.last, of: `'${file.name}'` };
  }
}

/** Whether a file that reaches beyond an offset cannot belong to the history that has this epoch there. */
function isOther(epoch: number, at: number, { file, history }: FileHistory): boolean {
  const { firstOffset = file.first, firstEpoch, lastEpoch = Infinity } = history;
  if (lastEpoch < epoch) return true;
  return firstEpoch !== undefined && (firstOffset > at ? firstEpoch < epoch : firstEpoch > epoch);
}

/**
 * Checks that the archive holds the messages that were read before these positions, as far as its files tell.
 *
 * @throws ERR_SOURCE_DIVERGED naming the partition where the archive has other messages instead
 */
export async function checkArchived<T>(
  archive: Pick<Archive<T>, 'facts' | 'files'>,
  positions: readonly Position[],
): Promise<void> {
  const known = positions.filter(({ mark }) => mark !== undefined);
  if (known.length === 0) return;
  const all = await archive.files();
  for (const position of known) {
    const before = position.offset - 1;
    const holding = all.find(
      ({ partition, first, last }) => partition === position.partition && first <= before && before <= last,
    );
    if (holding === undefined) continue;
    const [file] = await historiesOf(archive, [holding]);
    if (file === undefined || fits(position, file)) continue;
    throw new StockafolioError(
      'ERR_SOURCE_DIVERGED',
      `archive: partition ${position.partition}: tables or checkpoints were made from messages up to offset ${position.offset}, but the archive has other messages there ('${holding.name}'): they belong to two histories of the topic`,
      {
        hint: 'build new tables and checkpoints from this archive (batch --from-start), or use the archive that belongs to these',
      },
    );
  }
}

/** Whether a file may hold the message before a position. If that is the file's last message, it is known exactly. */
function fits({ offset, mark }: Position, { file, history }: FileHistory): boolean {
  const epoch = mark?.epoch;
  const isEnd = file.last === offset - 1;
  if (epoch !== undefined && history.lastEpoch !== undefined && epoch > history.lastEpoch) return false;
  if (epoch !== undefined && history.firstEpoch !== undefined && epoch < history.firstEpoch) return false;
  if (!isEnd) return true;
  return isSame(epoch, history.lastEpoch) && isSame(mark?.checksum, history.checksum);
}

function isSame(a: number | undefined, b: number | undefined): boolean {
  return a === undefined || b === undefined || a === b;
}

/** The mark of the message before the end of a unit, as far as known. */
export function markAtEnd(files: readonly FileHistory[], to: number): Mark | undefined {
  const last = files.at(-1);
  return last?.file.last === to - 1 ? markAfter(last.history) : undefined;
}

/**
 * What was read of pipelines that send to the topic, at an offset up to which a unit was processed. A file tells it only
 * for its end: within a file it is known from the offset at which that begins, or at which the unit began.
 *
 * @param begun what was known there
 */
export function seenAt(
  files: readonly FileHistory[],
  offset: number,
  begun: { readonly offset: number; readonly seen?: Seen | undefined },
): Seen | undefined {
  if (files.every(({ writers }) => writers === undefined) || offset <= begun.offset) return begun.seen;
  const within = files.find(({ file: { first, last } }) => first < offset && offset <= last);
  const whole = files.findLast(({ file }) => file.last < offset);
  const isAfter = whole !== undefined && whole.file.last >= begun.offset;
  const known: Seen = isAfter ? { writers: whole.writers ?? {} } : (begun.seen ?? { writers: {} });
  if (within === undefined) return known;
  const before = known.before ?? Math.max(begun.offset, within.file.first);
  return { writers: known.writers, before };
}
