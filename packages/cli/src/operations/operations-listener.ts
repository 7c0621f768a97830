import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { messageOf, StockafolioError } from '@stockafolio/core';

/** What operators can ask a process. */
export interface Operations {
  /** Its metrics, in Prometheus's text format. */
  readonly registry: { readonly contentType: string; metrics(): Promise<string> };
  /** The reason why it is not ready; undefined if it is ready. */
  notReady(): Promise<string | undefined> | string | undefined;
}

/** The endpoints for operators: `/metrics` for Prometheus, `/health` (alive) and `/ready`, both JSON. */
export interface OperationsListener {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves on this port; 0 takes a free one. @throws ERR_USAGE if the port is not available */
export async function listenForOperators(
  at: { readonly host: string; readonly port: number },
  operations: Operations,
): Promise<OperationsListener> {
  const server = createServer((request, response) => void answer(request, response, operations));
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
  { registry, notReady }: Operations,
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
      const why = await notReady();
      return json(why === undefined ? 200 : 503, why === undefined ? { ready: true } : { ready: false, why });
    }
    default:
      return json(404, { error: 'there are /metrics, /health and /ready' });
  }
}
