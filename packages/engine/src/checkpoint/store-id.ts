import { type Clock, type Files, keptId } from '@stockafolio/core/ports';

/** Identifies the checkpoints of a run. */
export interface CheckpointStore {
  /** The location of the checkpoints. */
  readonly location: string;
  /**
   * Their first location and the time of creation: `LOCATION@TIME`, in epoch milliseconds. It stays with them when they
   * are moved or copied.
   */
  readonly id: string;
}

/**
 * Identifies the checkpoints of a pipeline in a store. A store without any gets an id, in a file beside them. Undefined
 * if no other process can open the store.
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

/** Whether the store is the one with this id: it is there, or it was moved or copied from there. */
export function isSameStore({ location, id }: CheckpointStore, of: string): boolean {
  return id === of || locationOf(of) === location;
}

/** The first location of the store with this id. */
export function locationOf(id: string): string {
  return id.slice(0, id.lastIndexOf('@'));
}
