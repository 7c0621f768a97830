import { expect } from 'chai';
import { CookieJar } from '../../../test/cookie-jar.js';
import { SECRET } from '../../../test/real-provider.js';
import { returning, signIn, signOut, status, useSites, type Site } from '../../../test/sign-in-site.js';
import { traded, useServer } from '../../../test/traded.js';
import { openLogin } from './open-login.js';

describe('a sign-in at a real provider', () => {
  const serve = useServer();
  const { site } = useSites(serve);

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
});
