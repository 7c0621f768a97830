import { bytesOf, textOf } from '../codec/bytes.js';
import { isStockafolioError } from '../errors/index.js';
import type { Files } from './files.js';

/** The id in a file, `LOCATION@TIME`; the file is written if there is none. */
export async function keptId(files: Files, location: string, name: string, now: number): Promise<string> {
  const read = async (): Promise<string> => textOf(await files.read(name));
  try {
    return await read();
  } catch (error) {
    if (!isStockafolioError(error, 'ERR_FILE_NOT_FOUND')) throw error;
  }
  try {
    await files.write(name, bytesOf(`${location}@${now}`), { ifAbsent: true });
  } catch (error) {
    // Another process has just started with the same store.
    if (!isStockafolioError(error, 'ERR_FILE_EXISTS')) throw error;
  }
  return read();
}
