import { EndableViewer } from './endable-viewer.js';
import type { Grant, Provider } from './provider.js';

/** Times of sessions, in milliseconds. */
export interface SessionTimes {
  /** How often the provider is asked whether a session in use still holds, at least. */
  readonly check: number;
  /** A session that nobody uses for this long ends. */
  readonly idle: number;
  /** A session ends after this time in any case. */
  readonly longest: number;
}

export interface SessionOptions {
  readonly provider: Provider;
  readonly times: SessionTimes;
  /** Milliseconds since some moment; they never go back. */
  readonly elapsed: () => number;
  /** Receives why a session has ended, if not by its user. */
  readonly log: (line: string) => void;
}

/** The longest pause until a provider that did not answer is asked again. */
const RETRY = 10_000;

/**
 * One browser that has signed in. Of any number of requests at once only one asks the provider, because providers take
 * the second use of a refresh token as theft.
 */
export class Session {
  readonly #options: SessionOptions;
  readonly #began: number;
  #viewer: EndableViewer;
  #refreshToken: string | undefined;
  /** When the provider is asked next, and until when the last answer is believed. */
  #due = Infinity;
  #until = 0;
  #used: number;
  #holds = 0;
  #asking: Promise<void> | undefined;
  #over = false;

  constructor(grant: Grant, options: SessionOptions) {
    this.#options = options;
    this.#began = this.#used = options.elapsed();
    this.#viewer = new EndableViewer(grant.viewer, grant.viewer.id ?? '');
    this.#take(grant);
  }

  get over(): boolean {
    return this.#over;
  }

  get used(): number {
    return this.#used;
  }

  /** Whose it is. */
  get owner(): string {
    return this.#viewer.id;
  }

  /** The viewer, as the provider has said it last; undefined if the session is over. */
  async viewer(): Promise<EndableViewer | undefined> {
    if (!this.#over) {
      const now = this.#options.elapsed();
      if (this.#expired(now)) this.#close();
      this.#used = now;
      if (now >= this.#until) await this.#ask();
      else if (now >= this.#due) void this.#ask();
    }
    return this.#over ? undefined : this.#viewer;
  }

  /** Keeps it in use until the returned function is called. */
  hold(): () => void {
    this.#holds += 1;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#holds -= 1;
      this.#used = this.#options.elapsed();
    };
  }

  /** Ends what has to end by now, and asks the provider if that is due and something is shown. */
  sweep(): void {
    const now = this.#options.elapsed();
    if (this.#over) return;
    if (this.#expired(now)) this.#close();
    else if (this.#holds > 0 && now >= this.#until) this.#lose('its access has expired');
    else if (this.#holds > 0 && now >= this.#due) void this.#ask();
  }

  /** Ends it, with its streams, and revokes it at the provider. */
  end(): void {
    if (!this.#over) this.#close();
  }

  #expired(now: number): boolean {
    const { idle, longest } = this.#options.times;
    return now - this.#began >= longest || (this.#holds === 0 && now - this.#used >= idle);
  }

  #take({ viewer, lasts, refreshToken }: Grant): void {
    const now = this.#options.elapsed();
    const { check } = this.#options.times;
    this.#refreshToken = refreshToken;
    this.#until = now + (refreshToken === undefined ? lasts : Math.min(lasts, 2 * check));
    // A little before the access token expires, so that no request waits.
    this.#due = refreshToken === undefined ? Infinity : now + Math.min(check, lasts - Math.min(RETRY, lasts / 5));
    const name = viewer.name ?? this.#viewer.name;
    const seen = name === undefined ? viewer : { ...viewer, name };
    if (this.#viewer.equals(seen)) return;
    // What was open under the rights of before is opened again.
    this.#viewer.end();
    this.#viewer = new EndableViewer(seen, this.#viewer.id);
  }

  #ask(): Promise<void> {
    this.#asking ??= this.#refresh().finally(() => (this.#asking = undefined));
    return this.#asking;
  }

  async #refresh(): Promise<void> {
    const { provider, elapsed, times } = this.#options;
    const token = this.#refreshToken;
    if (token === undefined) return this.#lose('its access has expired, and the provider gave no refresh token');
    try {
      const grant = await provider.refresh(token);
      if (this.#over) await provider.revoke(grant?.refreshToken ?? token);
      else if (grant === undefined) this.#lose('the provider does not grant it any more');
      else if (grant.viewer.id !== this.#viewer.id) this.#lose('the provider has refreshed it for somebody else');
      else this.#take(grant);
    } catch {
      const now = elapsed();
      if (now >= this.#until) this.#lose('the provider does not answer');
      else this.#due = now + Math.min(RETRY, times.check / 4);
    }
  }

  #lose(why: string): void {
    if (this.#over) return;
    this.#options.log(`a session has ended: ${why}`);
    this.#refreshToken = undefined;
    this.#close();
  }

  #close(): void {
    this.#over = true;
    this.#viewer.end();
    const token = this.#refreshToken;
    this.#refreshToken = undefined;
    if (token === undefined || this.#asking !== undefined) return;
    this.#options.provider.revoke(token).catch(() => {
      this.#options.log('a session that has ended could not be revoked at the provider; it will expire there');
    });
  }
}
