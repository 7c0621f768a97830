import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { CookieJar } from '../../../test/cookie-jar.js';
import { SECRET } from '../../../test/real-provider.js';
import { signIn, signOut, status, stream, until, useSites } from '../../../test/sign-in-site.js';
import { traded, useServer } from '../../../test/traded.js';
import { openLogin } from './open-login.js';

describe('a session of somebody who has signed in', () => {
  const serve = useServer();
  const { site, siteAt } = useSites(serve);

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
    const at = await site({ lasts: 4 });
    const jar = new CookieJar();
    await signIn(jar, at, 'ann');
    await sleep(4_100);
    const asked = at.provider.tokensAsked();
    const tabs = await Promise.all(Array.from({ length: 30 }, () => status(jar, at, '/api/users/ann')));
    expect(new Set(tabs)).to.deep.equal(new Set([200]));
    expect(at.provider.tokensAsked() - asked).to.equal(1);
  });

  it('ends with its streams within the time of a check, once the provider has disabled the account', async () => {
    const at = await site({}, { sessions: { check: 2_000 } });
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

  it('ends with its streams if the provider stays away', async () => {
    const at = await site({}, { sessions: { check: 1_000 } });
    const jar = new CookieJar();
    await signIn(jar, at, 'ann');
    const open = await stream(jar, at, '/api/stream/users/ann');
    at.provider.silence(true);
    await until(() => open.ended, 'the end of the stream');
    expect(await status(jar, at, '/api/users/ann')).to.equal(401);
    expect(at.log.join('\n')).to.match(/a session has ended: (its access has expired|the provider does not answer)/);
  });

  it('without a refresh token ends when its access token expires', async () => {
    const at = await site({ lasts: 5, refreshTokens: false });
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
    const short = await siteAt(at.provider, { sessions: { longest: 3_000 } });
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
    const basic = await jar.send(`${at.url}/api/viewer`, { headers: { authorization: 'Basic YTpi' } });
    expect(basic.status, 'the login of a proxy').to.equal(200);
  });
});
