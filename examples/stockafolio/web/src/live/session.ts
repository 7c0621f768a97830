import { signal } from '@preact/signals';
import type { WireError, WireLogin, WireSignedOut, WireViewer } from '@stockafolio/example/api';

const KEY = 'stockafolio-token';

/** Whether a sign-in is needed before anything can be shown. */
export const signInNeeded = signal(false);

/** How to sign in, once that was asked. */
export const login = signal<WireLogin | undefined>(undefined);

/** The viewer, as the server identifies it. */
export const viewer = signal<WireViewer | undefined>(undefined);

/** A refusal, with its status and the server's message. */
export class Refused extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, { code, message }: WireError['error']) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Sends a request with the visitor's token, if there is one. @throws Refused */
export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  const token = sessionStorage.getItem(KEY);
  const headers = new Headers(init.headers);
  if (token !== null) headers.set('authorization', `Bearer ${token}`);
  const response = await fetch(path, { ...init, headers });
  if (response.status === 401) signInNeeded.value = true;
  if (!response.ok) throw new Refused(response.status, await errorOf(response));
  return response;
}

/** Requests a JSON answer. @throws Refused */
export async function ask<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await request(path, signal === undefined ? {} : { signal });
  return (await response.json()) as T;
}

/** Keeps a token until the tab is closed, and asks the server whose it is. */
export async function signIn(token: string): Promise<boolean> {
  sessionStorage.setItem(KEY, token);
  await learnViewer();
  signInNeeded.value = viewer.value === undefined;
  return viewer.value !== undefined;
}

/** Ends the session here, and then at the provider; or forgets the token. */
export async function signOut(): Promise<void> {
  sessionStorage.removeItem(KEY);
  if (viewer.peek()?.session !== true) return location.reload();
  const { next } = (await (await request('/auth/sign-out', { method: 'POST' })).json()) as WireSignedOut;
  location.assign(next);
}

/** Asks how to sign in. */
export async function learnLogin(): Promise<void> {
  try {
    login.value = await ask<WireLogin>('/api/login');
  } catch {
    login.value = undefined;
  }
}

/** Goes on where a sign-in was needed, if somebody has signed in meanwhile, in another tab for example. */
export async function tryAgain(): Promise<void> {
  await learnViewer();
  if (viewer.value !== undefined) signInNeeded.value = false;
}

export async function learnViewer(): Promise<void> {
  try {
    viewer.value = await ask<WireViewer>('/api/viewer');
  } catch {
    viewer.value = undefined;
  }
}

async function errorOf(response: Response): Promise<WireError['error']> {
  try {
    return ((await response.json()) as WireError).error;
  } catch {
    return { code: '', message: `the server answers ${response.status}` };
  }
}
