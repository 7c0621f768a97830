import { createHash, randomBytes } from 'node:crypto';
import type { Viewer } from './login.js';
import type { Grant } from './provider.js';
import { Session, type SessionOptions } from './session.js';

/** Concurrent sessions, of all and of one viewer; then the one that was not used for the longest time ends. */
const MOST = 10_000;
const MOST_EACH = 50;

/**
 * The sessions of this process, by the value of their cookies. Nothing of it is stored: after a restart everybody signs
 * in again, mostly without a question of the provider.
 */
export class Sessions {
  readonly #options: SessionOptions;
  /** By the digest of the cookie, so that a dump of the memory opens no session. */
  readonly #byDigest = new Map<string, Session>();

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#byDigest.size;
  }

  /** Begins a session; returns the value for its cookie, which no browser has had before. */
  begin(grant: Grant): string {
    const session = new Session(grant, this.#options);
    const own = [...this.#byDigest].filter(([, { owner }]) => owner === session.owner);
    if (own.length >= MOST_EACH) this.#endOldest(own);
    else if (this.#byDigest.size >= MOST) this.#endOldest([...this.#byDigest]);
    const cookie = randomBytes(32).toString('base64url');
    this.#byDigest.set(digestOf(cookie), session);
    return cookie;
  }

  /** The viewer of a cookie; undefined if its session is not known, or over. */
  async viewerOf(cookie: string | undefined): Promise<Viewer | undefined> {
    return this.#find(cookie)?.viewer();
  }

  /** Keeps the session of a cookie in use, by a stream for example, until the returned function is called. */
  hold(cookie: string | undefined): () => void {
    return this.#find(cookie)?.hold() ?? (() => undefined);
  }

  end(cookie: string | undefined): void {
    if (cookie === undefined) return;
    this.#find(cookie)?.end();
    this.#byDigest.delete(digestOf(cookie));
  }

  /** Ends what has to end; called every second. */
  sweep(): void {
    for (const [digest, session] of this.#byDigest) {
      session.sweep();
      if (session.over) this.#byDigest.delete(digest);
    }
  }

  #find(cookie: string | undefined): Session | undefined {
    return cookie === undefined ? undefined : this.#byDigest.get(digestOf(cookie));
  }

  #endOldest(some: readonly (readonly [string, Session])[]): void {
    const [oldest] = [...some].sort(([, a], [, b]) => a.used - b.used);
    if (oldest === undefined) return;
    oldest[1].end();
    this.#byDigest.delete(oldest[0]);
  }
}

function digestOf(cookie: string): string {
  return createHash('sha256').update(cookie).digest('base64');
}
