import { messageOf } from '@stockafolio/core';
import type { Clock } from '@stockafolio/core/ports';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { failure } from '../failure.js';
import { landingOf, pagePath } from '../login/landing.js';
import { SignInFailure, type Provider } from '../login/provider.js';
import { ownOrigin } from '../login/public-url.js';
import { beginSignIn, browserSecret, resumeSignIn, SIGN_IN_LASTS } from '../login/sign-in-state.js';
import type { Viewers } from '../login/viewers.js';
import type { RequestLog } from '../request-log.js';
import type { WireSignedOut } from '../wire/types.js';

/** Where a sign-in begins, where the provider sends browsers back to, and where sessions end. */
export const SIGN_IN = '/auth/sign-in';
const CALLBACK = '/auth/callback';
const SIGN_OUT = '/auth/sign-out';
/** The page that offers a sign-in, and says why one has failed. */
const PAGE = '/sign-in';

/** The cookie with the secret of a browser that signs in. */
const SIGNING_IN = 'stockafolio-signing-in';
/** This many states are remembered so that none is used twice, which providers take for theft. */
const MOST_USED = 10_000;

export interface SignInPlace {
  readonly publicUrl: string | undefined;
  readonly clock: Clock;
  readonly log: RequestLog;
}

/** Signs people in at the provider, if the login has one, and out again. */
export function addSignIn(server: FastifyInstance, viewers: Viewers, place: SignInPlace): void {
  const { sessions, cookies, login } = viewers;
  const { provider } = login;
  if (provider === undefined || sessions === undefined) return;
  const used = new Set<string>();
  const route = { schema: { hide: true }, config: { audience: 'everybody' as const } };
  // A HEAD request must not use up a code.
  const once = { ...route, exposeHeadRoute: false };

  server.get(SIGN_IN, once, async (request, reply) => {
    const origin = ownOrigin(place.publicUrl, request);
    const back = pagePath(textOf(request, 'return')) ?? '/';
    // The provider sends the browser to this origin, so the cookie has to be of it too.
    if (new URL(origin).host !== request.headers.host?.toLowerCase()) {
      return redirect(reply, `${origin}${SIGN_IN}?return=${encodeURIComponent(back)}`);
    }
    const secret = cookies.read(request.headers.cookie, SIGNING_IN) ?? browserSecret();
    const address = await provider.startAt(origin + CALLBACK, beginSignIn(secret, back, place.clock.now()));
    void reply.header('set-cookie', cookies.write(SIGNING_IN, secret, SIGN_IN_LASTS / 1000));
    return redirect(reply, address);
  });

  server.get(CALLBACK, once, async (request, reply) => {
    const origin = ownOrigin(place.publicUrl, request);
    const secret = cookies.read(request.headers.cookie, SIGNING_IN);
    const state = textOf(request, 'state');
    const begun =
      secret === undefined || state === undefined ? undefined : resumeSignIn(secret, state, place.clock.now());
    if (begun === undefined || used.has(begun.secrets.state)) {
      // Another tab may have signed in meanwhile; a foreign page cannot change who is signed in.
      const viewer = await viewers.of(request);
      return redirect(reply, viewer === undefined ? `${PAGE}?why=expired` : landingOf(viewer, undefined));
    }
    remember(used, begun.secrets.state);
    const address = new URL(origin + CALLBACK);
    address.search = new URL(request.originalUrl, origin).search;
    try {
      const grant = await provider.finish(address, begun.secrets);
      viewers.end(request);
      const session = sessions.begin(grant);
      void reply.header('set-cookie', [viewers.cookieOf(session), cookies.remove(SIGNING_IN)]);
      return redirect(reply, landingOf(grant.viewer, begun.back));
    } catch (error) {
      const why = error instanceof SignInFailure ? error.why : 'provider';
      place.log.line(302, `a sign-in (${why})`, messageOf(error));
      return redirect(reply, `${PAGE}?why=${why}`);
    }
  });

  server.post(SIGN_OUT, route, async (request, reply): Promise<WireSignedOut> => {
    const origin = ownOrigin(place.publicUrl, request);
    if (request.headers.origin !== origin) {
      throw failure(403, 'FOREIGN_ORIGIN', 'only the pages of this server may sign out; use their button');
    }
    viewers.end(request);
    void reply.header('set-cookie', viewers.cookieOf(undefined)).header('cache-control', 'no-store');
    return { next: endOf(provider, origin) };
  });
}

function endOf(provider: Provider, origin: string): string {
  return provider.signOutAt(origin + PAGE) ?? `${PAGE}?state=signed-out`;
}

function redirect(reply: FastifyReply, address: string): FastifyReply {
  return reply.header('cache-control', 'no-store').redirect(address, 302);
}

/** A parameter that is given once. */
function textOf({ query }: FastifyRequest, name: string): string | undefined {
  const value = (query as Readonly<Record<string, unknown>>)[name];
  return typeof value === 'string' ? value : undefined;
}

function remember(used: Set<string>, state: string): void {
  const [oldest] = used;
  if (used.size >= MOST_USED && oldest !== undefined) used.delete(oldest);
  used.add(state);
}
