import { bytesOf, textOf } from '../codec/bytes.js';
import { isStockafolioError } from '../errors/index.js';
import type { Clock, Files } from '../ports/index.js';

/** Which checkpoints a run has. */
export interface CheckpointStore {
  /** Where they are. */
  readonly location: string;
  /**
   * Where they were first, and since when: `LOCATION@TIME`, in epoch milliseconds. It goes with them where they are moved or
   * copied.
   */
  readonly id: string;
}

/**
 * Which checkpoints of a pipeline a store has; a store that has none yet is given an id, in a file beside them. Undefined
 * where nobody else can open the store.
 */
export async function checkpointStore(
  files: Files,
  pipeline: string,
  clock: Pick<Clock, 'now'>,
): Promise<CheckpointStore | undefined> {
  const { location } = files;
  if (location === undefined) return undefined;
  return { location, id: await keptId(files, location, `${pipeline}/store.id`, clock.now()) };
}

/** The id in a file, `LOCATION@TIME`, which is written where there is none. */
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
    // Another process has just begun with the same store.
    if (!isStockafolioError(error, 'ERR_FILE_EXISTS')) throw error;
  }
  return read();
}

/** Whether the store is that of an id: it is there, or it was moved or copied from there. */
export function isSameStore({ location, id }: CheckpointStore, of: string): boolean {
  return id === of || locationOf(of) === location;
}

/** Where the store of an id was first. */
export function locationOf(id: string): string {
  return id.slice(0, id.lastIndexOf('@'));
}
