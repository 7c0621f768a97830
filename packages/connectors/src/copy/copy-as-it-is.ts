import { StockafolioError } from '@stockafolio/core';
import type { Files } from '@stockafolio/core/ports';

/**
 * Copies a small file that is written over now and then, as it is at this moment: its size was another, maybe, when the store
 * was listed, and an equal size says nothing.
 *
 * @returns its bytes; undefined where the same is there
 * @throws ERR_COPY_DIFFERS where what was read back is not what was written; the file is removed again
 */
export async function copyAsItIs(from: Files, to: Files, name: string): Promise<number | undefined> {
  const content = await from.read(name);
  const isThere = async (): Promise<boolean> =>
    (await to.size(name)) === content.length && Buffer.compare(await to.read(name), content) === 0;
  if (await isThere()) return undefined;
  await to.write(name, content);
  if (await isThere()) return content.length;
  await to.delete(name);
  throw new StockafolioError('ERR_COPY_DIFFERS', `'${name}' is not there as it was written; it was removed again`, {
    hint: 'copy again; if it happens twice, a disk or a network in between alters what passes',
  });
}
