import type { Viewer } from './login.js';

/** What a provider has granted: who has signed in, and how long that may be believed. */
export interface Grant {
  readonly viewer: Viewer;
  /** Milliseconds until its access token expires. */
  readonly lasts: number;
  /** For asking again whether it still holds; absent if the provider gives none. */
  readonly refreshToken?: string;
}

/** Of one sign-in, unguessable, and known to the browser that has begun it alone. */
export interface SignInSecrets {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** Why nobody is signed in: a reason for the page, and details for the log without anything secret. */
export class SignInFailure extends Error {
  readonly why: 'declined' | 'rejected' | 'no-access' | 'provider';

  constructor(why: SignInFailure['why'], details: string) {
    super(details);
    this.why = why;
  }
}

/** A provider at which people sign in. */
export interface Provider {
  /** The address at the provider at which a sign-in begins. `callback` is where the provider sends the browser back. */
  startAt(callback: string, secrets: SignInSecrets): Promise<string>;
  /**
   * The grant for the code with which the browser came back to `address`.
   *
   * @throws SignInFailure
   */
  finish(address: URL, secrets: SignInSecrets): Promise<Grant>;
  /**
   * Asks whether a grant still holds: a new one, or undefined if the provider refuses.
   *
   * @throws if the provider does not answer
   */
  refresh(refreshToken: string): Promise<Grant | undefined>;
  /** Revokes a grant, where the provider can. @throws if it does not answer */
  revoke(refreshToken: string): Promise<void>;
  /** Where the provider ends its own session; undefined if it has no such address. `back` is where to go then. */
  signOutAt(back: string): string | undefined;
}
