import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { openLogin } from '../src/server/login/open-login.js';
import type { ServerOptions } from '../src/server/server-options.js';
import type { CookieJar } from './cookie-jar.js';
import { realProvider, SECRET, type RealProvider, type RealProviderOptions } from './real-provider.js';
import { traded, tradeOf, type useServer } from './traded.js';

/** A server where people sign in at a real provider. */
export interface Site {
  readonly url: string;
  readonly log: readonly string[];
  readonly provider: RealProvider;
}

/** Opens sites, with a provider of their own or with a given one; closed after the test. */
export function useSites(serve: ReturnType<typeof useServer>): {
  site(of?: RealProviderOptions, options?: Partial<ServerOptions>): Promise<Site>;
  siteAt(provider: RealProvider, options?: Partial<ServerOptions>): Promise<Site>;
} {
  const providers: RealProvider[] = [];
  afterEach(async () => {
    for (const provider of providers.splice(0)) await provider.close();
  });
  const siteAt = async (provider: RealProvider, options: Partial<ServerOptions> = {}): Promise<Site> => {
    const { tables } = await traded([tradeOf({ id: '1' }), tradeOf({ id: '2', user: 'bob' })]);
    const login = await openLogin(provider.login, SECRET);
    const { server, log } = await serve({ live: tables, login, requestsPerMinute: 0, ...options });
    return { url: await server.listen({ host: '127.0.0.1', port: 0 }), log, provider };
  };
  return {
    siteAt,
    site: async (of = {}, options = {}) => {
      const provider = await realProvider(of);
      providers.push(provider);
      return siteAt(provider, options);
    },
  };
}

/** Signs in; returns the path that is shown then. */
export async function signIn(jar: CookieJar, { url }: Site, user: string, back = '/'): Promise<string> {
  const page = await jar.visit(`${url}/auth/sign-in?return=${encodeURIComponent(back)}`);
  await jar.logIn(page, user);
  const { pathname, search } = new URL(jar.visited.at(-1) ?? '');
  return pathname + search;
}

/** Goes as far as to the address at which the provider sends the browser back. */
export async function returning(jar: CookieJar, { url }: Site, user: string): Promise<string> {
  const page = await jar.visit(`${url}/auth/sign-in`);
  await jar.logIn(page, user, url);
  return jar.visited.at(-1) ?? '';
}

export function signOut(jar: CookieJar, { url }: Site, origin = url): Promise<Response> {
  return jar.send(`${url}/auth/sign-out`, { method: 'POST', headers: { origin } });
}

export async function status(jar: CookieJar, { url }: Site, path: string): Promise<number> {
  const response = await jar.send(url + path);
  await response.body?.cancel();
  return response.status;
}

export async function until(condition: () => Promise<boolean> | boolean, what: string): Promise<void> {
  for (let n = 0; n < 500; n++) {
    if (await condition()) return;
    await sleep(20);
  }
  throw new Error(`not within 10 s: ${what}`);
}

/** Opens a stream; tells the names of its events, and whether it has ended. */
export async function stream(
  jar: CookieJar,
  { url }: Site,
  path: string,
): Promise<{ readonly names: string[]; readonly ended: boolean }> {
  const { body, status: answer } = await jar.send(url + path);
  expect(answer).to.equal(200);
  const heard = { names: [] as string[], ended: false };
  void (async () => {
    let text = '';
    for await (const chunk of body ?? []) {
      text += Buffer.from(chunk as Uint8Array).toString();
      heard.names = [...text.matchAll(/^event: (\w+)$/gm)].map(([, name = '']) => name);
    }
  })()
    .catch(() => undefined)
    .finally(() => (heard.ended = true));
  await until(() => heard.names.includes('snapshot'), 'a snapshot');
  return heard;
}
