import { listenForOperators, type OperationsListener } from '@stockafolio/cli';
import { StockafolioError } from '@stockafolio/core';
import type { FastifyInstance } from 'fastify';
import type { ServerOptions } from '../server/server-options.js';

export interface DashboardPlace {
  readonly host: string;
  readonly port: number;
  /** Whether any free port may be used if that one is taken. */
  readonly orFree?: boolean;
  /** The address for operators, without a login; none by default. */
  readonly operations?: { readonly host: string; readonly port: number };
}

/** The dashboards being served. */
export interface Dashboards {
  /** With a trailing slash: `http://127.0.0.1:8020/`. */
  readonly url: string;
  /** The URL for operators, without a trailing slash; undefined if it was not requested. */
  readonly operations: string | undefined;
  close(): Promise<void>;
}

/**
 * Serves both dashboards.
 *
 * @throws ERR_PORT_UNAVAILABLE if the port is taken or not permitted
 */
export async function serveDashboards(options: ServerOptions, place: DashboardPlace): Promise<Dashboards> {
  // Loaded here, so that the other commands need not load a web server.
  const { buildServer, ServerMetrics } = await import('../server/index.js');
  const metrics = new ServerMetrics();
  const allowedHosts = [...(options.allowedHosts ?? []), ...(isAnyAddress(place.host) ? [] : [place.host])];
  const server = await buildServer({ ...options, metrics, allowedHosts });
  let operations: OperationsListener | undefined;
  try {
    const url = await listen(server, place);
    if (place.operations !== undefined) {
      operations = await listenForOperators(place.operations, {
        registry: metrics.registry,
        notReady: async () => (await server.inject('/ready')).json<{ readonly why?: string }>().why,
      });
    }
    return {
      ...{ url: `${url}/`, operations: operations?.url },
      close: async () => {
        await operations?.close();
        await server.close();
      },
    };
  } catch (error) {
    await server.close();
    throw error;
  }
}

async function listen(server: FastifyInstance, { host, port, orFree }: DashboardPlace): Promise<string> {
  try {
    return await server.listen({ host, port });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE' && orFree === true) return listen(server, { host, port: 0 });
    throw new StockafolioError('ERR_PORT_UNAVAILABLE', `cannot listen at ${host} port ${port}: ${code}`, {
      cause,
      hint: code === 'EADDRINUSE' ? 'choose another one with --port, or 0 for any free one' : 'check --host and --port',
    });
  }
}

/** An address that no client can use as a destination. */
function isAnyAddress(host: string): boolean {
  return host === '0.0.0.0' || host === '::' || host === '';
}
