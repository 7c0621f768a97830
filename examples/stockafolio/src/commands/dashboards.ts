import { StockafolioError } from '@stockafolio/core';
import type { ServerOptions } from '../server/build-server.js';

export interface DashboardPlace {
  readonly host: string;
  readonly port: number;
  /** Whether any free port will do where that one is taken. */
  readonly orFree?: boolean;
}

/** Dashboards that are being served. */
export interface Dashboards {
  /** With a slash at its end: `http://127.0.0.1:8020/`. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves both dashboards.
 *
 * @throws ERR_PORT_UNAVAILABLE where the port is taken, or may not be listened at
 */
export async function serveDashboards(options: ServerOptions, place: DashboardPlace): Promise<Dashboards> {
  // Loaded here, so that the other commands need not wait for a web server.
  const { buildServer } = await import('../server/index.js');
  const server = await buildServer(options);
  try {
    const url = await server.listen({ host: place.host, port: place.port });
    return { url: `${url}/`, close: () => server.close() };
  } catch (cause) {
    await server.close();
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE' && place.orFree === true)
      return serveDashboards(options, { ...place, port: 0, orFree: false });
    throw new StockafolioError('ERR_PORT_UNAVAILABLE', `cannot listen at ${place.host} port ${place.port}: ${code}`, {
      cause,
      hint: code === 'EADDRINUSE' ? 'name another one with --port, or 0 for any free one' : 'check --host and --port',
    });
  }
}
