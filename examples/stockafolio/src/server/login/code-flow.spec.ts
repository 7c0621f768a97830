import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isStockafolioError } from '@stockafolio/core';
import { expect } from 'chai';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { openLogin } from './open-login.js';
import { SignInFailure, type Grant, type Provider } from './provider.js';

const SECRETS = { state: 'the-state', nonce: 'the-nonce', verifier: 'v'.repeat(43) };
const CALLBACK = 'http://127.0.0.1:1/auth/callback';

/** The provider of these tests signs whatever it is told to. */
describe('the code flow with a provider that cannot be trusted', () => {
  let server: Server;
  let issuer = '';
  let keys: { readonly own: CryptoKey; readonly other: CryptoKey };
  let answer: { readonly status: number; readonly body: unknown };
  let extra: object = {};
  before(async () => {
    const pair = await generateKeyPair('ES256');
    keys = { own: pair.privateKey, other: (await generateKeyPair('ES256')).privateKey };
    const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'k', alg: 'ES256' };
    server = createServer((request, response) => {
      const [status, body] =
        request.url === '/keys'
          ? [200, { keys: [jwk] }]
          : request.url === '/token'
            ? [answer.status, answer.body]
            : [200, { ...metadata(), ...extra }];
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => (extra = {}));

  const metadata = (): object => ({
    ...{
      issuer,
      jwks_uri: `${issuer}/keys`,
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
    },
    id_token_signing_alg_values_supported: ['ES256', 'none'],
  });
  const open = async (): Promise<Provider> => {
    const { provider } = await openLogin(`oidc:${issuer}?audience=api&client=pages`);
    if (provider === undefined) throw new Error('no provider');
    return provider;
  };
  const signed = (claims: object, by = keys.own, ends = '5m', typ = 'JWT'): Promise<string> =>
    new SignJWT({ iss: issuer, aud: 'pages', sub: 'ann', nonce: SECRETS.nonce, ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: 'k', typ })
      .setIssuedAt()
      .setExpirationTime(ends)
      .sign(by);
  const access = (claims: object = {}, by = keys.own, ends = '5m'): Promise<string> =>
    signed({ aud: 'api', nonce: undefined, ...claims }, by, ends, 'at+jwt');
  const tokens = (id: string | undefined, accessToken: string): void => {
    const body = { access_token: accessToken, token_type: 'Bearer', expires_in: 300, refresh_token: 'r', id_token: id };
    answer = { status: 200, body };
  };
  const finish = async (): Promise<Grant> =>
    (await open()).finish(new URL(`${CALLBACK}?code=c&state=${SECRETS.state}`), SECRETS);
  const why = async (): Promise<string> => {
    const error: unknown = await finish().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    return error instanceof SignInFailure ? error.why : String(error);
  };
  const unsigned = (claims: object): string =>
    `${[{ alg: 'none' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`;

  it('takes who has signed in from the access token, and only the name from the ID token', async () => {
    tokens(await signed({ sub: 'zoe', roles: ['firm'], name: 'Ann' }), await access());
    expect((await finish()).viewer).to.include({ user: 'ann', firm: false, name: 'Ann' });
  });

  const bad: readonly (readonly [what: string, id: () => Promise<string | undefined>])[] = [
    ['no ID token', async () => undefined],
    ['an ID token for another program', () => signed({ aud: 'another' })],
    ['one of another issuer', () => signed({ iss: 'https://evil.example' })],
    ['one with another nonce', () => signed({ nonce: 'another' })],
    ['one without a nonce', () => signed({ nonce: undefined })],
    ['one that has expired', () => signed({}, keys.own, '-2m')],
    ['one signed with another key', () => signed({}, keys.other)],
    [
      'one that is not signed',
      async () => unsigned({ iss: issuer, aud: 'pages', sub: 'ann', nonce: SECRETS.nonce, iat: 1, exp: 9_999_999_999 }),
    ],
    ['one that is none', async () => 'no.token.here'],
  ];
  for (const [what, id] of bad) {
    it(`rejects ${what}`, async () => {
      tokens(await id(), await access());
      expect(await why()).to.equal('rejected');
    });
  }

  it('rejects an access token that is not one for the pages', async () => {
    const good = await signed({});
    for (const token of [
      await access({ aud: 'another' }),
      await access({ iss: 'https://evil.example' }),
      await access({}, keys.own, '-2m'),
      await access({}, keys.other),
      unsigned({ iss: issuer, aud: 'api', sub: 'ann', exp: 9_999_999_999 }),
      await signed({ aud: 'api' }),
      'opaque',
    ]) {
      tokens(good, token);
      expect(await why()).to.equal('rejected');
    }
  });

  it('tells a refusal from a provider that is not well', async () => {
    const provider = await open();
    for (const [status, body, refused] of [
      [400, { error: 'invalid_grant' }, true],
      [401, { error: 'invalid_client' }, true],
      [429, { error: 'slow_down' }, false],
      [500, { error: 'server_error' }, false],
      [502, 'Bad Gateway', false],
      [403, 'a proxy says no', false],
    ] as const) {
      answer = { status, body };
      const found = await provider.refresh('r').then(
        (grant) => grant === undefined,
        () => false,
      );
      expect(found, `${status} ${JSON.stringify(body)}`).to.equal(refused);
    }
  });

  it('keeps the refresh token if it gets no new one', async () => {
    answer = { status: 200, body: { access_token: await access(), token_type: 'Bearer', expires_in: 300 } };
    expect((await (await open()).refresh('r'))?.refreshToken).to.equal('r');
  });

  for (const [what, metadataOf] of [
    ['that has no authorization endpoint', { authorization_endpoint: undefined }],
    ['whose token endpoint is not https', { token_endpoint: 'http://token.example.org/' }],
    ['whose sign-out is not an address', { end_session_endpoint: 'javascript:alert(1)' }],
  ] as const) {
    it(`does not start with a provider ${what}`, async () => {
      extra = metadataOf;
      const error: unknown = await open().catch((thrown: unknown) => thrown);
      expect(isStockafolioError(error, 'ERR_USAGE'), String(error)).to.equal(true);
    });
  }
});
