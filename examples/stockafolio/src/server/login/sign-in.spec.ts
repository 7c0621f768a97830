import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { CookieJar } from '../../../test/cookie-jar.js';
import { realProvider, SECRET, type RealProvider, type RealProviderOptions } from '../../../test/real-provider.js';
import { traded, tradeOf, useServer } from '../../../test/traded.js';
import type { ServerOptions } from '../server-options.js';
import { openLogin } from './open-login.js';

interface Site {
  readonly url: string;
  readonly log: readonly string[];
  readonly provider: RealProvider;
}

describe('a sign-in at a real provider', () => {
  const serve = useServer();
  const providers: RealProvider[] = [];
  afterEach(async () => {
    for (const provider of providers.splice(0)) await provider.close();
  });

  const site = async (of: RealProviderOptions = {}, options: Partial<ServerOptions> = {}): Promise<Site> => {
    const provider = await realProvider(of);
    providers.push(provider);
    return siteAt(provider, options);
  };
  const siteAt = async (provider: RealProvider, options: Partial<ServerOptions> = {}): Promise<Site> => {
    const { tables } = await traded([tradeOf({ id: '1' }), tradeOf({ id: '2', user: 'bob' })]);
    const login = await openLogin(provider.login, SECRET);
    const { server, log } = await serve({ live: tables, login, requestsPerMinute: 0, ...options });
    return { url: await server.listen({ host: '127.0.0.1', port: 0 }), log, provider };
  };
  /** Signs in; returns the path that is shown then. */
  const signIn = async (jar: CookieJar, { url }: Site, user: string, back = '/'): Promise<string> => {
    const page = await jar.visit(`${url}/auth/sign-in?return=${encodeURIComponent(back)}`);
    await jar.logIn(page, user);
    const { pathname, search } = new URL(jar.visited.at(-1) ?? '');
    return pathname + search;
  };
  /** Goes as far as to the address at which the provider sends the browser back. */
  const returning = async (jar: CookieJar, { url }: Site, user: string): Promise<string> => {
    const page = await jar.visit(`${url}/auth/sign-in`);
    await jar.logIn(page, user, url);
    return jar.visited.at(-1) ?? '';
  };
  const status = async (jar: CookieJar, { url }: Site, path: string): Promise<number> => {
    const response = await jar.send(url + path);
    await response.body?.cancel();
    return response.status;
  };
  const signOut = (jar: CookieJar, { url }: Site, origin = url): Promise<Response> =>
    jar.send(`${url}/auth/sign-out`, { method: 'POST', headers: { origin } });
  const until = async (condition: () => Promise<boolean> | boolean, what: string): Promise<void> => {
    for (let n = 0; n < 500; n++) {
      if (await condition()) return;
      await sleep(20);
    }
    throw new Error(`not within 10 s: ${what}`);
  };
  /** Opens a stream; tells the names of its events, and whether it has ended. */
  const stream = async (jar: CookieJar, { url }: Site, path: string): Promise<{ names: string[]; ended: boolean }> => {
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
  };

  it('lands a customer on the own page, and an operator on the firm’s; each sees what the role may', async () => {
    const at = await site();
    const [ann, olive] = [new CookieJar(), new CookieJar()];
    expect(await status(ann, at, '/api/users/ann')).to.equal(401);
    expect(await signIn(ann, at, 'ann')).to.equal('/u/ann');
    expect(await (await ann.send(`${at.url}/api/viewer`)).json()).to.deep.equal({
      ...{ login: 'oidc', session: true, user: 'ann', name: 'Ann Investor', firm: false },
    });
    expect([await status(ann, at, '/api/users/ann'), await status(ann, at, '/api/users/bob')]).to.deep.equal([
      200, 403,
    ]);
    expect([await status(ann, at, '/api/firm'), await status(ann, at, '/api/users?prefix=a')]).to.deep.equal([
      403, 403,
    ]);
    expect(await signIn(olive, at, 'olive')).to.equal('/');
    expect([await status(olive, at, '/api/firm'), await status(olive, at, '/api/users/bob')]).to.deep.equal([200, 200]);
  });

  it('shows the wanted page, if its viewer may see it and it is one of this server', async () => {
    const at = await site();
    for (const [user, back, lands] of [
      ['ann', '/u/ann/symbols/IBM?span=year', '/u/ann/symbols/IBM?span=year'],
      ['ann', '/u/bob', '/u/ann'],
      ['ann', '/u/ann2', '/u/ann'],
      ['olive', '/symbols?day=2026-01-05', '/symbols?day=2026-01-05'],
      ['olive', 'https://evil.example/', '/'],
      ['olive', '//evil.example/', '/'],
      ['olive', '/\\evil.example/', '/'],
      ['olive', '/\t/evil.example/', '/'],
      ['olive', '/u/a/../../../evil', '/'],
      ['olive', '/auth/sign-in', '/'],
      ['olive', '/api/firm', '/'],
      ['olive', 'javascript:alert(1)', '/'],
    ] as const) {
      expect(await signIn(new CookieJar(), at, user, back), back).to.equal(lands);
    }
  });

  it('uses the code flow with PKCE, state and nonce; no token is in an address, or in what a browser gets', async () => {
    const at = await site();
    const jar = new CookieJar();
    const page = await jar.visit(`${at.url}/auth/sign-in?return=/u/ann`);
    const asked = new URL(jar.visited[1] ?? '').searchParams;
    expect(asked.get('response_type')).to.equal('code');
    expect(asked.get('code_challenge_method')).to.equal('S256');
    for (const name of ['code_challenge', 'state', 'nonce']) expect(asked.get(name)).to.match(/^[\w.-]{43,}$/);
    const landed = await jar.logIn(page, 'ann');
    const { next } = (await (await signOut(jar, at)).json()) as { next: string };
    const seen = [...jar.visited, next, ...jar.cookies.values(), await landed.text()].join(' ');
    expect(seen)
      .not.to.match(/eyJ[\w-]+\.eyJ/)
      .and.not.match(/(access|refresh|id)_token/);
  });

  it('gives a cookie that no script can read, a fresh one at every sign-in', async () => {
    const at = await site();
    const jar = new CookieJar();
    const planted = 'A'.repeat(43);
    jar.cookies.set('stockafolio-session', planted);
    const callback = await returning(jar, at, 'ann');
    const response = await jar.send(callback);
    const [cookie] = response.headers.getSetCookie().filter((line) => line.startsWith('stockafolio-session='));
    expect(cookie).to.match(/^stockafolio-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
    const first = jar.cookies.get('stockafolio-session');
    expect(first).not.to.equal(planted);
    await jar.visit(`${at.url}/auth/sign-in`);
    const second = jar.cookies.get('stockafolio-session') ?? '';
    expect(second).not.to.equal(first);
    const before = new CookieJar();
    before.cookies.set('stockafolio-session', first ?? '');
    expect(await status(before, at, '/api/viewer'), 'the session of before has ended').to.equal(401);
    expect(await status(jar, at, '/api/viewer')).to.equal(200);
  });

  it('over https gives a cookie for this host alone, and sends the browser back there', async () => {
    const at = await site({}, { publicUrl: 'https://portfolios.example.org' });
    const elsewhere = await new CookieJar().send(`${at.url}/auth/sign-in?return=/u/ann`);
    expect(elsewhere.headers.get('location')).to.equal('https://portfolios.example.org/auth/sign-in?return=%2Fu%2Fann');
    const login = await openLogin(at.provider.login, SECRET);
    const { tables } = await traded([]);
    const { server } = await serve({ live: tables, login, publicUrl: 'https://portfolios.example.org' });
    const answer = await server.inject({ url: '/auth/sign-in', headers: { host: 'portfolios.example.org' } });
    expect(new URL(String(answer.headers.location)).searchParams.get('redirect_uri')).to.equal(
      'https://portfolios.example.org/auth/callback',
    );
    expect(String(answer.headers['set-cookie'])).to.match(
      /^__Host-stockafolio-signing-in=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=600$/,
    );
  });

  it('says what to do where nobody knows the address of the pages', async () => {
    const at = await site({}, { allowedHosts: ['portfolios.example.org'] });
    const login = await openLogin(at.provider.login, SECRET);
    const { tables } = await traded([]);
    const { server } = await serve({ live: tables, login, allowedHosts: ['portfolios.example.org'] });
    const answer = await server.inject({ url: '/auth/sign-in', headers: { host: 'portfolios.example.org' } });
    expect(answer.statusCode).to.equal(503);
    expect(answer.body).to.contain('--public-url');
  });

  describe('refuses', () => {
    const refused = async (jar: CookieJar, at: Site, address: string): Promise<string> => {
      const response = await jar.send(address);
      expect(jar.cookies.has('stockafolio-session'), 'a session').to.equal(false);
      const location = response.headers.get('location') ?? '';
      return location.replace(at.url, '');
    };

    it('a state that is wrong, missing, given twice, or of another browser', async () => {
      const at = await site();
      const jar = new CookieJar();
      const callback = await returning(jar, at, 'ann');
      const address = new URL(callback);
      const state = address.searchParams.get('state') ?? '';
      for (const wrong of [`${state}x`, state.slice(0, -1), `x${state}`, state.split('.')[0] ?? '', '', '.']) {
        address.searchParams.set('state', wrong);
        expect(await refused(jar, at, address.href), wrong).to.equal('/sign-in?why=expired');
      }
      expect(await refused(jar, at, `${callback}&state=${state}`)).to.equal('/sign-in?why=expired');
      expect(await refused(new CookieJar(), at, callback)).to.equal('/sign-in?why=expired');
      const other = new CookieJar();
      await returning(other, at, 'bob');
      expect(await refused(other, at, callback), 'the code of ann in the browser of bob').to.equal(
        '/sign-in?why=expired',
      );
      await jar.send(callback);
      expect(await status(jar, at, '/api/users/ann'), 'nothing was used up').to.equal(200);
    });

    it('a code that was used, also with the secret of its browser', async () => {
      const at = await site();
      const jar = new CookieJar();
      const callback = await returning(jar, at, 'ann');
      const thief = new CookieJar();
      for (const [name, value] of jar.cookies) thief.cookies.set(name, value);
      await jar.send(callback);
      expect(await refused(thief, at, callback)).to.equal('/sign-in?why=expired');
      const asked = at.provider.tokensAsked();
      expect(await status(jar, at, '/api/users/ann'), 'the session lives').to.equal(200);
      expect(asked, 'the provider is not told, for it would end the session').to.equal(1);
    });

    it('a code of another sign-in', async () => {
      const at = await site();
      const [jar, other] = [new CookieJar(), new CookieJar()];
      const callback = new URL(await returning(jar, at, 'ann'));
      const foreign = new URL(await returning(other, at, 'bob'));
      callback.searchParams.set('code', foreign.searchParams.get('code') ?? '');
      expect(await refused(jar, at, callback.href)).to.equal('/sign-in?why=rejected');
      expect(at.log.join('\n')).to.contain('a sign-in (rejected)').and.contain('invalid_grant');
    });

    it('an answer of another issuer', async () => {
      const at = await site();
      const jar = new CookieJar();
      const callback = new URL(await returning(jar, at, 'ann'));
      callback.searchParams.set('iss', 'https://evil.example');
      expect(await refused(jar, at, callback.href)).to.equal('/sign-in?why=rejected');
    });

    it('who has declined at the provider, and who has neither a portfolio nor a role', async () => {
      const at = await site();
      const jar = new CookieJar();
      const callback = new URL(await returning(jar, at, 'guest'));
      expect(await refused(jar, at, callback.href)).to.equal('/sign-in?why=no-access');
      const next = new CookieJar();
      const declined = new URL(await returning(next, at, 'ann'));
      declined.searchParams.delete('code');
      declined.searchParams.set('error', 'access_denied');
      expect(await refused(next, at, declined.href)).to.equal('/sign-in?why=declined');
    });

    it('access tokens for another audience, and says so in the log', async () => {
      const at = await site({ audience: 'another-api' });
      const jar = new CookieJar();
      expect(await refused(jar, at, await returning(jar, at, 'ann'))).to.equal('/sign-in?why=rejected');
      expect(at.log.join('\n')).to.contain('not one for the audience stockafolio-api');
    });

    it('everybody while the provider does not answer', async () => {
      const at = await site();
      const jar = new CookieJar();
      const callback = await returning(jar, at, 'ann');
      at.provider.silence(true);
      expect(await refused(jar, at, callback)).to.equal('/sign-in?why=provider');
    });
  });

  it('keeps codes out of the log', async () => {
    const at = await site({}, { requestsPerMinute: 2 });
    const jar = new CookieJar();
    for (let n = 0; n < 4; n++) await jar.send(`${at.url}/auth/callback?code=the-code&state=x`);
    expect(at.log.join('\n')).to.contain('/auth/callback').and.not.contain('the-code');
  });

  describe('a session', () => {
    it('ends by its button, with its streams, and leads to where the provider ends its own', async () => {
      const at = await site();
      const jar = new CookieJar();
      await signIn(jar, at, 'ann');
      const copied = new CookieJar();
      for (const [name, value] of jar.cookies) copied.cookies.set(name, value);
      const [one, other] = [
        await stream(jar, at, '/api/stream/users/ann'),
        await stream(copied, at, '/api/stream/users/ann/symbols/IBM'),
      ];
      for (const origin of ['https://evil.example', 'null', `${at.url}.evil.example`]) {
        expect((await signOut(jar, at, origin)).status, origin).to.equal(403);
      }
      expect((await jar.send(`${at.url}/auth/sign-out`, { method: 'POST' })).status).to.equal(403);
      expect((await jar.send(`${at.url}/auth/sign-out`)).status, 'a link').to.equal(404);
      expect(await status(jar, at, '/api/viewer')).to.equal(200);
      const { next } = (await (await signOut(jar, at)).json()) as { next: string };
      expect(await status(copied, at, '/api/viewer'), 'a copy of the cookie').to.equal(401);
      await until(() => one.ended && other.ended, 'the end of both streams');
      expect([one.names.at(-1), other.names.at(-1)]).to.deep.equal(['expired', 'expired']);
      const page = await jar.visit(next);
      const html = await page.text();
      const action = /action="([^"]+)"/.exec(html)?.[1] ?? '';
      const xsrf = /name="xsrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
      const body = new URLSearchParams({ xsrf, logout: 'yes' });
      await jar.visit(new URL(action, page.url).href, { method: 'POST', body, until: at.url });
      expect(jar.visited.at(-1)).to.equal(`${at.url}/sign-in?state=signed-out`);
      const again = await jar.visit(`${at.url}/auth/sign-in`);
      expect(await again.text(), 'the provider asks again').to.contain('name="login"');
    });

    it('outlives its access tokens, with many tabs, by one refresh at a time', async () => {
      const at = await site({ lasts: 1 });
      const jar = new CookieJar();
      await signIn(jar, at, 'ann');
      await sleep(1_200);
      const asked = at.provider.tokensAsked();
      const tabs = await Promise.all(Array.from({ length: 30 }, () => status(jar, at, '/api/users/ann')));
      expect(new Set(tabs)).to.deep.equal(new Set([200]));
      expect(at.provider.tokensAsked() - asked).to.equal(1);
    });

    it('ends with its streams within the time of a check, once the provider has disabled the account', async () => {
      const at = await site({}, { sessions: { check: 500 } });
      const [ann, bob] = [new CookieJar(), new CookieJar()];
      await signIn(ann, at, 'ann');
      await signIn(bob, at, 'bob');
      const [closed, open] = [
        await stream(ann, at, '/api/stream/users/ann'),
        await stream(bob, at, '/api/stream/users/bob'),
      ];
      at.provider.disable('ann');
      await until(() => closed.ended, 'the end of the stream');
      expect(closed.names.at(-1)).to.equal('expired');
      expect(await status(ann, at, '/api/users/ann')).to.equal(401);
      expect([await status(bob, at, '/api/users/bob'), open.ended]).to.deep.equal([200, false]);
      expect(at.log.join('\n')).to.contain('the provider does not grant it any more');
    });

    it('outlives a provider that is away for a moment, and ends if that stays away', async () => {
      const at = await site({}, { sessions: { check: 600 } });
      const jar = new CookieJar();
      await signIn(jar, at, 'ann');
      at.provider.silence(true);
      await sleep(800);
      expect(await status(jar, at, '/api/users/ann')).to.equal(200);
      at.provider.silence(false);
      await sleep(600);
      expect(await status(jar, at, '/api/users/ann')).to.equal(200);
      at.provider.silence(true);
      const open = await stream(jar, at, '/api/stream/users/ann');
      await until(() => open.ended, 'the end of the stream');
      expect(await status(jar, at, '/api/users/ann')).to.equal(401);
    });

    it('without a refresh token ends when its access token expires', async () => {
      const at = await site({ lasts: 2, refreshTokens: false });
      const jar = new CookieJar();
      await signIn(jar, at, 'ann');
      const open = await stream(jar, at, '/api/stream/users/ann');
      await until(() => open.ended, 'the end of the stream');
      expect(await status(jar, at, '/api/users/ann')).to.equal(401);
    });

    it('ends after some time without use, and some time after its begin', async () => {
      const at = await site({}, { sessions: { idle: 400 } });
      const jar = new CookieJar();
      await signIn(jar, at, 'ann');
      const open = await stream(jar, at, '/api/stream/users/ann');
      await sleep(800);
      expect([open.ended, await status(jar, at, '/api/viewer')], 'a stream is use').to.deep.equal([false, 200]);
      const unused = new CookieJar();
      await signIn(unused, at, 'bob');
      await sleep(600);
      expect(await status(unused, at, '/api/viewer')).to.equal(401);
      const short = await siteAt(at.provider, { sessions: { longest: 1_000 } });
      await jar.visit(`${short.url}/auth/sign-in`);
      const long = await stream(jar, short, '/api/stream/users/ann');
      await until(() => long.ended, 'the end of the longest session');
    });

    it('is known to its own process: another one asks the provider, which asks nobody', async () => {
      const at = await site();
      const other = await siteAt(at.provider);
      const jar = new CookieJar();
      await signIn(jar, at, 'ann');
      expect(await status(jar, other, '/api/viewer')).to.equal(401);
      await jar.visit(`${other.url}/auth/sign-in?return=/u/ann`);
      expect(jar.visited.at(-1)).to.equal(`${other.url}/u/ann`);
      expect(await status(jar, other, '/api/users/ann')).to.equal(200);
    });

    it('may begin at one process and end at another', async () => {
      const publicUrl = 'http://127.0.0.1:9';
      const { provider } = await site();
      const { tables } = await traded([]);
      const process = async () =>
        (await serve({ live: tables, publicUrl, login: await openLogin(provider.login, SECRET) })).server;
      const [one, other] = [await process(), await process()];
      const headers = { host: '127.0.0.1:9' };
      const begun = await one.inject({ url: '/auth/sign-in', headers });
      const jar = new CookieJar();
      await jar.logIn(await jar.visit(String(begun.headers.location)), 'olive', publicUrl);
      const { pathname, search } = new URL(jar.visited.at(-1) ?? '');
      const cookie = String(begun.headers['set-cookie']).split(';')[0] ?? '';
      const ended = await other.inject({ url: pathname + search, headers: { ...headers, cookie } });
      expect(ended.headers.location).to.equal('/');
      expect(String(ended.headers['set-cookie'])).to.contain('stockafolio-session=');
    });

    it('does not count for a request that has a token, which may be no less than right', async () => {
      const at = await site();
      const jar = new CookieJar();
      await signIn(jar, at, 'ann');
      const response = await jar.send(`${at.url}/api/viewer`, { headers: { authorization: 'Bearer wrong' } });
      expect(response.status).to.equal(401);
    });
  });
});
