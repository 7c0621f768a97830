import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { SignInSecrets } from './provider.js';

/** How long a sign-in may take, in milliseconds. */
export const SIGN_IN_LASTS = 600_000;

interface Payload {
  /** Makes every sign-in another one. */
  readonly random: string;
  /** When it has begun, epoch milliseconds. */
  readonly began: number;
  /** The address to show after it. */
  readonly back: string;
}

/** A secret that only one browser has, in a cookie. */
export function browserSecret(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * The secrets of a sign-in. All of them derive from the secret of the browser and from the state, so the server keeps
 * nothing, and tabs may sign in at the same time.
 */
export function beginSignIn(secret: string, back: string, now: number): SignInSecrets {
  const payload: Payload = { random: randomBytes(16).toString('base64url'), began: now, back };
  const text = Buffer.from(JSON.stringify(payload)).toString('base64url');
  return secretsOf(secret, text);
}

/** The same secrets, and the address to show; undefined if this browser has not begun it, or too long ago. */
export function resumeSignIn(
  secret: string,
  state: string,
  now: number,
): { readonly secrets: SignInSecrets; readonly back: string } | undefined {
  const [text = ''] = state.split('.');
  const secrets = secretsOf(secret, text);
  if (!equal(secrets.state, state)) return undefined;
  // It was made here, as the code in it shows.
  const { began, back } = JSON.parse(Buffer.from(text, 'base64url').toString()) as Payload;
  return now - began < SIGN_IN_LASTS && began <= now ? { secrets, back } : undefined;
}

function secretsOf(secret: string, text: string): SignInSecrets {
  const derive = (use: string): string => createHmac('sha256', secret).update(`${use} ${text}`).digest('base64url');
  return { state: `${text}.${derive('state')}`, nonce: derive('nonce'), verifier: derive('verifier') };
}

function equal(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)];
  return one.length === other.length && timingSafeEqual(one, other);
}
