import { useEffect, useState } from 'preact/hooks';
import { ask, Refused } from './session.js';

/** The newest answer of an address, and why there is none, or none newer. */
export interface Polled<T> {
  readonly answer: T | undefined;
  /** When it came, by the visitor's clock. */
  readonly at: number | undefined;
  /** Undefined if the last request has succeeded. */
  readonly failure: string | undefined;
  /** The status of a refusal, such as 403: then nothing more is asked. */
  readonly refused: number | undefined;
}

/** Asks an address again and again for as long as the page is shown, and not hidden. */
export function usePolled<T>(path: string, every: number): Polled<T> {
  const [polled, setPolled] = useState<Polled<T>>({
    ...{ answer: undefined, at: undefined, failure: undefined, refused: undefined },
  });
  useEffect(() => {
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const next = async (): Promise<void> => {
      try {
        if (!document.hidden) {
          const answer = await ask<T>(path, abort.signal);
          setPolled({ answer, at: Date.now(), failure: undefined, refused: undefined });
        }
      } catch (error) {
        if (abort.signal.aborted) return;
        const refused = error instanceof Refused && [401, 403].includes(error.status) ? error.status : undefined;
        const failure = error instanceof Refused ? error.message : 'the server does not answer';
        setPolled((before) => ({ ...before, failure, refused }));
        if (refused !== undefined) return;
      }
      timer = setTimeout(() => void next(), every);
    };
    void next();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [path, every]);
  return polled;
}
