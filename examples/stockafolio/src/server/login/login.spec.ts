import { createServer, type Server } from 'node:http';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isStockafolioError } from '@stockafolio/core';
import { expect } from 'chai';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { traded, tradeOf, useServer } from '../../../test/traded.js';
import type { Login } from './login.js';
import { openLogin } from './open-login.js';

const ANN = 'token-of-ann-0123456789';
const FIRM = 'token-of-the-firm-0123456789';

describe('a login', () => {
  const serve = useServer();
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stockafolio-login-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const statuses = async (login: Login, token: string | undefined): Promise<Record<string, number>> => {
    const { tables } = await traded([tradeOf({ id: '1' }), tradeOf({ id: '2', user: 'bob' })]);
    const { server } = await serve({ live: tables, login });
    const found: Record<string, number> = {};
    for (const path of ['/api/users/ann', '/api/users/bob', '/api/firm', '/api/users?prefix=a', '/api/progress', '/']) {
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
      found[path] = (await server.inject({ url: path, headers })).statusCode;
    }
    return found;
  };
  const allowed = (ann: number, bob: number, firm: number, any: number): Record<string, number> => ({
    '/api/users/ann': ann,
    '/api/users/bob': bob,
    '/api/firm': firm,
    '/api/users?prefix=a': firm,
    '/api/progress': any,
    '/': 200,
  });
  const tokens = async (lines: string): Promise<Login> => {
    const file = join(folder, 'tokens');
    await writeFile(file, lines);
    return openLogin(`tokens:${file}`);
  };

  it('is off by default: everybody sees everything, and is told so', async () => {
    expect(await statuses(await openLogin('off'), undefined)).to.deep.equal(allowed(200, 200, 200, 200));
    const { tables } = await traded([tradeOf({ id: '1' })]);
    const { server } = await serve({ live: tables });
    expect((await server.inject('/api/viewer')).json()).to.deep.equal({
      ...{ login: 'off', session: false, user: null, name: null, firm: true },
    });
  });

  it('by tokens: a user sees one portfolio, the firm sees all, others nothing', async () => {
    const login = await tokens(`# remark\n${ANN} user ann\n\n${FIRM} firm\n`);
    expect(await statuses(login, ANN)).to.deep.equal(allowed(200, 403, 403, 200));
    expect(await statuses(login, FIRM)).to.deep.equal(allowed(200, 200, 200, 200));
    expect(await statuses(login, undefined)).to.deep.equal(allowed(401, 401, 401, 401));
    expect(await statuses(login, 'token-of-nobody-0123456789')).to.deep.equal(allowed(401, 401, 401, 401));
  });

  it('applies to streams too', async () => {
    const { tables } = await traded([tradeOf({ id: '1' })]);
    const { server } = await serve({ live: tables, login: await tokens(`${ANN} user ann`) });
    const place = await server.listen({ host: '127.0.0.1', port: 0 });
    const status = async (url: string, token?: string): Promise<number> => {
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
      return (await fetch(place + url, { method: 'HEAD', headers })).status;
    };
    expect(await status('/api/stream/users/ann')).to.equal(401);
    expect(await status('/api/stream/users/ann', ANN)).to.equal(200);
    expect(await status('/api/stream/users/bob', ANN)).to.equal(403);
    expect(await status('/api/stream/firm', ANN)).to.equal(403);
  });

  it('by tokens learns of a changed file, and ends what a removed token has opened', async () => {
    const file = join(folder, 'changing');
    await writeFile(file, `${ANN} user ann\n${FIRM} firm\n`);
    const { tables } = await traded([tradeOf({ id: '1' })]);
    const { server, log } = await serve({ live: tables, login: await openLogin(`tokens:${file}`) });
    const place = await server.listen({ host: '127.0.0.1', port: 0 });
    const get = (url: string, token: string): Promise<Response> =>
      fetch(place + url, { headers: { authorization: `Bearer ${token}` } });
    const until = async (condition: () => Promise<boolean>): Promise<void> => {
      while (!(await condition())) await sleep(50);
    };
    const removed = await get('/api/stream/users/ann', ANN);
    const kept = await get('/api/stream/users/ann', FIRM);
    const NEW = 'token-of-somebody-new-0123';
    await writeFile(file, `${NEW} user ann\n${FIRM} firm\n`);
    await until(async () => (await get('/api/viewer', NEW)).status === 200);
    expect((await get('/api/viewer', ANN)).status).to.equal(401);
    expect(await removed.text()).to.match(/event: expired/);
    await writeFile(file, 'short firm\n');
    await until(async () => log.some((line) => line.includes('line 1')));
    expect((await get('/api/viewer', FIRM)).status, 'a file with a mistake changes nothing').to.equal(200);
    await kept.body?.cancel();
  });

  for (const [what, lines] of [
    ['too short a token', 'short firm'],
    ['no role', ANN],
    ['an unknown role', `${ANN} boss`],
  ] as const) {
    it(`with ${what} in its file does not start, and shows no token`, async () => {
      const error: unknown = await tokens(lines).catch((thrown: unknown) => thrown);
      expect(isStockafolioError(error, 'ERR_USAGE')).to.equal(true);
      expect(String(error)).to.contain('line 1').and.not.contain(ANN);
    });
  }

  it('of an unknown form does not start', async () => {
    for (const text of [
      ...['oidc:http://127.0.0.1:1?audience=a&role=x', 'oidc:http://127.0.0.1:1?audience=a&audience=b'],
      'magic',
      'tokens:',
      'oidc:https://x',
      'oidc:ftp://x?audience=a',
      'tokens:/nowhere/at/all',
    ]) {
      const error: unknown = await openLogin(text).catch((thrown: unknown) => thrown);
      expect(isStockafolioError(error, 'ERR_USAGE'), text).to.equal(true);
    }
  });

  describe('by OpenID Connect', () => {
    let provider: Server;
    let issuer = '';
    let keysAt: string | undefined;
    let key: CryptoKey;
    let other: CryptoKey;
    before(async () => {
      const pair = await generateKeyPair('ES256');
      key = pair.privateKey;
      other = (await generateKeyPair('ES256')).privateKey;
      const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'k', alg: 'ES256' };
      provider = createServer((request, response) => {
        const body = request.url?.endsWith('/keys')
          ? { keys: [jwk] }
          : { issuer, jwks_uri: keysAt ?? `${issuer}/keys` };
        response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
      });
      await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
      issuer = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
    });
    after(() => void provider.close());

    const token = (claims: object, by = key, ends = '5m', header: object = {}): Promise<string> =>
      new SignJWT({ aud: 'stockafolio', iss: issuer, ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: 'k', typ: 'at+jwt', ...header })
        .setExpirationTime(ends)
        .sign(by);

    it('a signed token says who it is, and whether of the firm', async () => {
      const login = await openLogin(`oidc:${issuer}?audience=stockafolio`);
      expect(await statuses(login, await token({ sub: 'ann' }))).to.deep.equal(allowed(200, 403, 403, 200));
      expect(await statuses(login, await token({ sub: 'x', roles: ['firm'] }))).to.deep.equal(
        allowed(200, 200, 200, 200),
      );
      const named = await openLogin(`oidc:${issuer}?audience=stockafolio&user=account&roles=groups`);
      expect(await named.viewerOf(await token({ account: 'bob', groups: 'firm' }))).to.include({
        user: 'bob',
        firm: true,
      });
    });

    it('a token that has expired, or is of another issuer, audience or key, is rejected', async () => {
      const login = await openLogin(`oidc:${issuer}?audience=stockafolio`);
      const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(
        JSON.stringify({ sub: 'ann', aud: 'stockafolio', iss: issuer, exp: 9_999_999_999 }),
      ).toString('base64url')}.`;
      for (const bad of [
        await token({ sub: 'ann' }, key, '-1m'),
        await token({ sub: 'ann', iss: 'http://elsewhere' }),
        await token({ sub: 'ann', aud: 'another' }),
        await token({ sub: 'ann' }, other),
        unsigned,
        'no.token.at-all',
      ]) {
        expect(await login.viewerOf(bad)).to.equal(undefined);
      }
    });

    /** As common providers issue them; from each an access token, and an ID token. */
    const issued: readonly (readonly [what: string, access: object, id: object, typ?: string])[] = [
      ['RFC 9068', { client_id: 'app', jti: '1' }, { nonce: 'n' }, 'at+jwt'],
      ['Keycloak', { typ: 'Bearer', azp: 'app', scope: 'openid' }, { typ: 'ID', azp: 'app', at_hash: 'h' }],
      ['Cognito', { token_use: 'access', scope: 'openid' }, { token_use: 'id' }],
      ['Auth0', { scope: 'openid profile', azp: 'app' }, { nonce: 'n', sid: 's' }],
      ['Entra ID', { scp: 'Portfolio.Read' }, { nonce: 'n', preferred_username: 'ann' }],
      ['Okta', { scp: ['openid'], cid: 'app' }, { at_hash: 'h', amr: ['pwd'] }],
      ['any provider that marks nothing', { scope: 'portfolio' }, {}],
    ];
    for (const [what, access, id, typ] of issued) {
      it(`as ${what} issues them: an access token opens, an ID token does not`, async () => {
        const login = await openLogin(`oidc:${issuer}?audience=stockafolio`);
        const ofUser = await token({ sub: 'ann', ...access }, key, '5m', { typ: typ ?? 'JWT' });
        expect(await login.viewerOf(ofUser)).to.include({ user: 'ann', firm: false });
        // Also one for this audience, if the API has the name of the program.
        const ofProgram = await token({ sub: 'ann', roles: ['firm'], ...id }, key, '5m', { typ: 'JWT' });
        expect(await login.viewerOf(ofProgram)).to.equal(undefined);
        const bare = await token({ sub: 'ann', ...id }, key, '5m', { typ: undefined });
        expect(await login.viewerOf(bare)).to.equal(undefined);
      });
    }

    it('a signed token of another kind is rejected, whatever it claims', async () => {
      const login = await openLogin(`oidc:${issuer}?audience=stockafolio`);
      for (const typ of ['logout+jwt', 'secevent+jwt', 'dpop+jwt', 'entity-statement+jwt', 'JOSE']) {
        const other = await token({ sub: 'ann', scope: 'openid' }, key, '5m', { typ });
        expect(await login.viewerOf(other), typ).to.equal(undefined);
      }
      const refresh = await token({ sub: 'ann', scope: 'openid', typ: 'Refresh' }, key, '5m', { typ: 'JWT' });
      expect(await login.viewerOf(refresh)).to.equal(undefined);
    });

    for (const address of [
      'http://login.example.org',
      'http://10.0.0.1',
      'http://localhost.example.org',
      'http://127.0.0.1.example.org',
    ]) {
      it(`an issuer at ${address} is rejected before it is contacted: over plain HTTP anybody may answer for it`, async () => {
        const error: unknown = await openLogin(`oidc:${address}?audience=a`).catch((thrown: unknown) => thrown);
        expect(isStockafolioError(error, 'ERR_USAGE')).to.equal(true);
        expect(String(error)).to.contain('is not https');
      });
    }

    it('keys at a plain address are refused too', async () => {
      keysAt = 'http://keys.example.org/keys';
      const error: unknown = await openLogin(`oidc:${issuer}?audience=a`).catch((thrown: unknown) => thrown);
      keysAt = undefined;
      expect(isStockafolioError(error, 'ERR_USAGE')).to.equal(true);
      expect(String(error)).to.contain('keys.example.org').and.contain('is not https');
    });

    it('a provider of another name is not taken', async () => {
      const error: unknown = await openLogin(`oidc:${issuer}/?audience=a`).catch((thrown: unknown) => thrown);
      expect(isStockafolioError(error, 'ERR_USAGE')).to.equal(true);
    });
  });
});
