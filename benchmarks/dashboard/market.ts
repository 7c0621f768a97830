import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The facts that a child process reports. */
export interface Ready {
  readonly url: string;
}

/** A server with a stream and a market, in its own process. */
export interface MarketProcess {
  readonly url: string;
  /** Resident memory now, in MiB. */
  memory(): Promise<number>;
  /** Sends one trade for the page to show; returns when it was sent, by the clock that both share. */
  mark(id: string): Promise<number>;
  stop(): Promise<void>;
}

/** Starts a market with this many trades a second. */
export async function startMarket(rate: number): Promise<MarketProcess> {
  const child = fork(fileURLToPath(new URL('market-child.ts', import.meta.url)), [String(rate)], {
    execArgv: ['--import', 'tsx'],
  });
  const { url } = await answer<Ready>(child);
  return {
    url,
    memory: async () => (await ask<{ memory: number }>(child, { ask: 'memory' })).memory,
    mark: async (id) => (await ask<{ sent: number }>(child, { ask: 'mark', id })).sent,
    stop: async () => {
      child.send({ ask: 'stop' });
      await once(child, 'exit');
    },
  };
}

async function ask<T>(child: ChildProcess, question: object): Promise<T> {
  const answered = answer<T>(child);
  child.send(question);
  return answered;
}

async function answer<T>(child: ChildProcess): Promise<T> {
  const [message] = (await once(child, 'message')) as [T];
  return message;
}
