import { StockafolioError } from '@stockafolio/core';
import type { Files } from '@stockafolio/core/ports';

/**
 * Copies the present content of a small file that is overwritten from time to time. Its size may have changed since the
 * store was listed, and an equal size proves nothing.
 *
 * @returns its bytes; undefined if the target has the same content
 * @throws ERR_COPY_DIFFERS if the bytes that were read back are not those that were written; the file is then removed
 */
export async function copyAsItIs(from: Files, to: Files, name: string): Promise<number | undefined> {
  const content = await from.read(name);
  const isThere = async (): Promise<boolean> =>
    (await to.size(name)) === content.length && Buffer.compare(await to.read(name), content) === 0;
  if (await isThere()) return undefined;
  await to.write(name, content);
  if (await isThere()) return content.length;
  await to.delete(name);
  throw new StockafolioError('ERR_COPY_DIFFERS', `'${name}' was not stored as it was written, and was removed`, {
    hint: 'copy again; if it happens twice, a disk or a network on the way alters data',
  });
}
