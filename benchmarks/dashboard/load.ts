import { Agent, get, type IncomingMessage } from 'node:http';
import type { MarketProcess } from './market.js';
import { quantile } from './quantile.js';

export interface Loaded {
  /** Answers per second, and how long they took, in milliseconds. */
  readonly answers: number;
  readonly p50: number;
  readonly p99: number;
  readonly failed: number;
  /** Events per second sent to all streams together, and MB per second. */
  readonly events: number;
  readonly megabytes: number;
  readonly lost: number;
  /** Resident memory of the server before and at most, in MiB. */
  readonly before: number;
  readonly most: number;
}

const PATHS = ['/api/firm', '/api/users/u0000', '/api/users/u0001/totals', '/api/progress', '/api/users?prefix=u00'];

/** Keeps this many streams open and sends this many requests per second, for a number of seconds. */
export async function measureLoad(
  market: MarketProcess,
  streams: number,
  perSecond: number,
  seconds: number,
): Promise<Loaded> {
  const before = await market.memory();
  const counts = { events: 0, bytes: 0, lost: 0 };
  const open = await Promise.all(
    Array.from({ length: streams }, (_, n) =>
      listen(`${market.url}/api/stream/${n % 2 === 0 ? 'firm' : `users/u${String(n % 50).padStart(4, '0')}`}`, counts),
    ),
  );
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const times: number[] = [];
  let [failed, most] = [0, before];
  const began = performance.now();
  const asked: Promise<void>[] = [];
  Object.assign(counts, { events: 0, bytes: 0 });
  for (let n = 0; n < perSecond * seconds; n++) {
    const due = began + (n / perSecond) * 1000;
    const wait = due - performance.now();
    if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
    asked.push(
      // From when it was due: a slow answer does not delay the next request.
      ask(`${market.url}${PATHS[n % PATHS.length]}`, agent).then(
        () => void times.push(performance.now() - due),
        () => void failed++,
      ),
    );
    if (n % perSecond === 0) most = Math.max(most, await market.memory());
  }
  await Promise.all(asked);
  const span = (performance.now() - began) / 1000;
  for (const stream of open) stream.destroy();
  agent.destroy();
  return {
    ...{ answers: times.length / span, p50: quantile(times, 0.5), p99: quantile(times, 0.99), failed },
    ...{ events: counts.events / span, megabytes: counts.bytes / span / 1e6, lost: counts.lost, before, most },
  };
}

function listen(url: string, counts: { events: number; bytes: number; lost: number }): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false }, (response) => {
      response.on('data', (chunk: Buffer) => {
        counts.bytes += chunk.length;
        for (let at = chunk.indexOf('\n\n'); at >= 0; at = chunk.indexOf('\n\n', at + 2)) counts.events++;
      });
      response.on('end', () => counts.lost++);
      response.on('error', () => undefined);
      resolve(response);
    }).on('error', reject);
  });
}

function ask(url: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    get(url, { agent, headers: { 'accept-encoding': 'gzip' } }, (response) => {
      response.on('end', () =>
        response.statusCode === 200 ? resolve() : reject(new Error(String(response.statusCode))),
      );
      response.on('error', reject);
      response.resume();
    }).on('error', reject);
  });
}
