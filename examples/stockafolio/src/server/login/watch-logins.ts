import { messageOf } from '@stockafolio/core';
import type { Clock } from '@stockafolio/core/ports';
import type { FastifyInstance } from 'fastify';
import type { Viewers } from './viewers.js';

const EVERY = 1_000;

/** Every second learns which tokens and sessions have ended. So does a server without any request. */
export function watchLogins(
  server: FastifyInstance,
  { login, sessions }: Viewers,
  clock: Clock,
  log: (line: string) => void,
): void {
  if (login.refresh === undefined && sessions === undefined) return;
  const closing = new AbortController();
  let watching: Promise<void> = Promise.resolve();
  let told = '';
  const watch = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      await clock.sleep(EVERY, closing.signal);
      sessions?.sweep();
      const problem = await login.refresh?.().then(() => '', messageOf);
      if (problem !== undefined && problem !== told && problem !== '')
        log(`${problem}; the tokens of before are valid`);
      told = problem ?? '';
    }
  };
  server.addHook('onReady', async () => void (watching = watch()));
  server.addHook('preClose', async () => {
    closing.abort();
    await watching;
  });
}
