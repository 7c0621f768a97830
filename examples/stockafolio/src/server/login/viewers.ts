import type { FastifyRequest } from 'fastify';
import { Cookies } from './cookies.js';
import { bearerOf, type Login, type Viewer } from './login.js';
import { Sessions } from './sessions.js';
import type { SessionOptions } from './session.js';

/** The cookie of a session. */
const SESSION = 'stockafolio-session';

type Asking = Pick<FastifyRequest, 'headers'>;

/** Tells who sends a request: by its token, or else by the session of its cookie. */
export class Viewers {
  readonly login: Login;
  readonly cookies: Cookies;
  /** Undefined if nobody can sign in for the pages. */
  readonly sessions: Sessions | undefined;

  /** @param publicUrl the address by which browsers reach the pages; undefined if that is only this machine */
  constructor(login: Login, publicUrl: string | undefined, options: Omit<SessionOptions, 'provider'>) {
    this.login = login;
    this.cookies = new Cookies(publicUrl?.startsWith('https:') === true);
    const { provider } = login;
    this.sessions = provider === undefined ? undefined : new Sessions({ ...options, provider });
  }

  async of({ headers }: Asking): Promise<Viewer | undefined> {
    // A request with a token is one of a program, whatever cookie comes with it.
    if (this.sessions === undefined || hasToken(headers)) return this.login.viewerOf(bearerOf(headers.authorization));
    return this.sessions.viewerOf(this.cookies.read(headers.cookie, SESSION));
  }

  /** Whether a request is of a session of the pages. */
  inSession({ headers }: Asking): boolean {
    return this.sessions !== undefined && !hasToken(headers);
  }

  /** Keeps the session of a request in use until the returned function is called. */
  hold({ headers }: Asking): () => void {
    if (this.sessions === undefined || hasToken(headers)) return () => undefined;
    return this.sessions.hold(this.cookies.read(headers.cookie, SESSION));
  }

  /** Ends the session of a request. */
  end({ headers }: Asking): void {
    this.sessions?.end(this.cookies.read(headers.cookie, SESSION));
  }

  /** The header that gives a browser its session; undefined removes it. */
  cookieOf(session: string | undefined): string {
    return session === undefined ? this.cookies.remove(SESSION) : this.cookies.write(SESSION, session);
  }
}

/** A proxy in front may have a login of another kind, whose header comes along. */
function hasToken({ authorization }: Asking['headers']): boolean {
  return /^bearer\b/i.test(authorization ?? '');
}
