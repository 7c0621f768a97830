import { useEffect, useState } from 'preact/hooks';
import { ask } from '../live/session.js';

/**
 * The answer of the API, requested again after this many milliseconds; undefined before the first one. A failed request
 * leaves the answer before it.
 *
 * @param when the answer is also requested again when this changes
 */
export function useAsked<T>(path: string, again: number, when = ''): T | undefined {
  const [answer, setAnswer] = useState<{ readonly path: string; readonly of: T } | undefined>();
  useEffect(() => {
    const abort = new AbortController();
    const load = (): void => {
      ask<T>(path, abort.signal).then(
        (of) => setAnswer({ path, of }),
        () => undefined,
      );
    };
    load();
    const timer = setInterval(load, again);
    return () => {
      abort.abort();
      clearInterval(timer);
    };
  }, [path, again, when]);
  return answer?.path === path ? answer.of : undefined;
}
