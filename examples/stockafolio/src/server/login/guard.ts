import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { failure } from '../failure.js';
import { bearerOf, maySee, type Login, type Viewer } from './login.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; set for every route that says whom it is for. */
    viewer: Viewer | null;
  }
  interface FastifyContextConfig {
    /** Whom the route is for: everybody who is signed in, those of the firm, or the user named in the path. */
    readonly audience?: 'signed-in' | 'firm' | 'user';
  }
}

/** Lets a request through only to those whom its route is for. */
export function guardRoutes(server: FastifyInstance, login: Login): void {
  server.decorateRequest('viewer', null);
  server.addHook('preHandler', async (request: FastifyRequest, reply: FastifyReply) => {
    const { audience } = request.routeOptions.config;
    if (audience === undefined) return;
    const viewer = await login.viewerOf(bearerOf(request.headers.authorization));
    if (viewer === undefined) {
      void reply.header('www-authenticate', 'Bearer');
      throw failure(401, 'SIGN_IN', 'sign in first: send the header Authorization: Bearer TOKEN');
    }
    request.viewer = viewer;
    const { user = '' } = request.params as { readonly user?: string };
    if (audience === 'firm' && !viewer.firm) throw failure(403, 'FORBIDDEN', 'this is for the firm');
    if (audience === 'user' && !maySee(viewer, user)) throw failure(403, 'FORBIDDEN', 'this is for another user');
  });
}
