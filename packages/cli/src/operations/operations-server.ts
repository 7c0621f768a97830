import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { messageOf, StockafolioError } from '@stockafolio/core';
import type { Clock } from '@stockafolio/core/ports';
import type { StreamEvent } from '@stockafolio/runner-stream';
import { Health } from './health.js';
import { StreamMetrics } from './stream-metrics.js';

/** Where operators look: `/metrics` for Prometheus, `/health` (alive) and `/ready`, both JSON. */
export interface OperationsServer {
  readonly url: string;
  /** Tells of what happens in the run. */
  take(event: StreamEvent): void;
  close(): Promise<void>;
}

/** Serves on this port; 0 takes a free one. @throws ERR_USAGE where the port cannot be had */
export async function operationsServer(
  at: { readonly host: string; readonly port: number },
  clock: Pick<Clock, 'now'>,
): Promise<OperationsServer> {
  const metrics = new StreamMetrics(clock);
  const health = new Health(clock);
  const server = createServer((request, response) => void answer(request, response, metrics, health));
  server.listen(at.port, at.host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new StockafolioError('ERR_USAGE', `cannot serve metrics on ${at.host}:${at.port}: ${messageOf(cause)}`, {
      cause,
      hint: 'choose another --metrics-port, or 0 for a free one',
    });
  }
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : at.port;
  return {
    url: `http://${at.host}:${port}`,
    take: (event) => {
      metrics.take(event);
      health.take(event);
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function answer(
  { url, method }: IncomingMessage,
  response: ServerResponse,
  { registry }: StreamMetrics,
  health: Health,
): Promise<void> {
  const json = (status: number, body: unknown): void => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(`${JSON.stringify(body)}\n`);
  };
  if (method !== 'GET') return json(405, { error: 'only GET' });
  switch (url) {
    case '/metrics':
      response.writeHead(200, { 'content-type': registry.contentType });
      response.end(await registry.metrics());
      return;
    case '/health':
      return json(200, { alive: true });
    case '/ready': {
      const why = health.notReady;
      return json(why === undefined ? 200 : 503, why === undefined ? { ready: true } : { ready: false, why });
    }
    default:
      return json(404, { error: 'there are /metrics, /health and /ready' });
  }
}
