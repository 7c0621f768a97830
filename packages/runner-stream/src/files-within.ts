import { StockafolioError } from '@stockafolio/core';
import type { Clock, Files } from '@stockafolio/core/ports';

/**
 * The same store, but a write or a delete that takes longer than this many milliseconds fails. An abandoned operation
 * may still complete later.
 *
 * @throws ERR_FILES_UNAVAILABLE
 */
export function filesWithin(files: Files, clock: Pick<Clock, 'sleep'>, longest: number): Files {
  const within = async <R>(what: string, step: Promise<R>): Promise<R> => {
    const over = new AbortController();
    const late = clock.sleep(longest, over.signal).then((): never => {
      throw new StockafolioError('ERR_FILES_UNAVAILABLE', `${what} took longer than ${longest} ms`, {
        hint: 'check whether the checkpoint store answers',
      });
    });
    late.catch(() => undefined);
    step.catch(() => undefined);
    try {
      return await Promise.race([step, late]);
    } finally {
      over.abort();
    }
  };
  return {
    ...(files.location === undefined ? {} : { location: files.location }),
    list: (prefix) => files.list(prefix),
    size: (name) => files.size(name),
    read: (name, range) => files.read(name, range),
    write: (name, content, options) => within(`writing '${name}'`, files.write(name, content, options)),
    delete: (name) => within(`removing '${name}'`, files.delete(name)),
    close: () => files.close(),
  };
}
