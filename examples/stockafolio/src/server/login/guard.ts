import { StockafolioError } from '@stockafolio/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { failure } from '../failure.js';
import { maySee, type Viewer } from './login.js';
import type { Viewers } from './viewers.js';

type Audience = 'everybody' | 'signed-in' | 'firm' | 'user';

declare module 'fastify' {
  interface FastifyRequest {
    /** The viewer of the request; null for public routes. */
    viewer: Viewer | null;
  }
  interface FastifyContextConfig {
    /** The audience of the route: everybody, signed-in viewers, the firm, or the user named in the path. */
    audience?: Audience;
  }
}

/** For routes that plugins add, by the prefix of their paths. */
const OF_PLUGINS: readonly (readonly [path: string, audience: Audience])[] = [
  ['/docs', 'signed-in'],
  ['/assets/', 'everybody'],
];

/**
 * Lets a request pass only if its viewer belongs to the route's audience. Every route that is added from now on must
 * declare its audience: a missing one is a fault in the server, reported when it starts.
 */
export function guardRoutes(server: FastifyInstance, viewers: Viewers): void {
  server.decorateRequest('viewer', null);
  server.addHook('onRoute', (route) => {
    const audience = route.config?.audience ?? OF_PLUGINS.find(([path]) => route.url.startsWith(path))?.[1];
    if (audience === undefined) {
      throw new StockafolioError('ERR_INTERNAL', `the route ${route.url} does not say whom it is for`);
    }
    route.config = { ...route.config, audience };
  });
  server.addHook('preHandler', async (request: FastifyRequest, reply: FastifyReply) => {
    const { audience } = request.routeOptions.config;
    if (audience === undefined || audience === 'everybody') return;
    const viewer = await viewers.of(request);
    if (viewer === undefined) {
      void reply.header('www-authenticate', 'Bearer');
      const page = viewers.sessions === undefined ? '' : 'open the page /sign-in, or ';
      throw failure(401, 'SIGN_IN', `sign in first: ${page}send the header Authorization: Bearer TOKEN`);
    }
    request.viewer = viewer;
    const { user = '' } = request.params as { readonly user?: string };
    if (audience === 'firm' && !viewer.firm) throw failure(403, 'FORBIDDEN', 'this is for the firm');
    if (audience === 'user' && !maySee(viewer, user)) throw failure(403, 'FORBIDDEN', 'this is for another user');
  });
}
