import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { FastifyInstance } from 'fastify';
import { traded, marketTrades, tradeOf, useServer } from '../../test/traded.js';
import { openLogin } from './login/open-login.js';

const ANN = 'token-of-ann-0123456789';
const FIRM = 'token-of-the-firm-0123456789';
const DOTS = 'token-of-dots-0123456789';

/** Every route of the API, as a customer called ann would request it. */
const ROUTES = [
  ...['/api/progress', '/api/days', '/api/viewer', '/api/firm', '/api/users', '/docs/json', '/docs', '/metrics'],
  ...[
    '',
    '/totals',
    '/holdings',
    '/trades',
    '/day',
    '/holdings.csv',
    '/trades.csv',
    '/gains',
    '/gains.csv',
    '/statement.csv',
  ].map((p) => `/api/users/ann${p}`),
  ...['/symbols/IBM', '/symbols/IBM/prices', '/symbols/IBM/lots', '/lines?symbol=IBM'].map((p) => `/api/users/ann${p}`),
  ...['/health', '/ready', '/api/symbols', '/api/pipeline', '/api/pipeline/dead-letters'],
  ...['/api/close/comparison', '/api/close/figures', '/api/close/rows?name=Energy'],
];

describe('a customer', () => {
  const serve = useServer();
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stockafolio-customer-'));
    await writeFile(join(folder, 'tokens'), `${ANN} user ann\n${FIRM} firm\n${DOTS} user ..\n`);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** The other users' count of messages: a number that is easy to find wherever it leaks. */
  const OTHERS = 3_210;
  const market = async (): Promise<FastifyInstance> => {
    const harness = await traded([...marketTrades(OTHERS), tradeOf({ id: 'a' }), tradeOf({ id: 'd', user: '..' })]);
    const login = await openLogin(`tokens:${join(folder, 'tokens')}`);
    const { server } = await serve({
      ...{ live: harness.tables, close: harness.tables, login, requestsPerMinute: 0 },
      source: { ranges: async () => [{ partition: 0, oldest: 0, end: OTHERS + 1_000 }] },
    });
    return server;
  };
  const as = async (server: FastifyInstance, token: string, url: string): Promise<{ status: number; body: string }> => {
    const { statusCode, body } = await server.inject({ url, headers: { authorization: `Bearer ${token}` } });
    return { status: statusCode, body };
  };
  /** What a stream says at first. */
  const snapshot = async (server: FastifyInstance, token: string, url: string): Promise<string> => {
    const at = server.server.address();
    const place =
      at === null || typeof at === 'string'
        ? await server.listen({ host: '127.0.0.1', port: 0 })
        : `http://127.0.0.1:${at.port}`;
    const response = await fetch(place + url, { headers: { authorization: `Bearer ${token}` } });
    if (response.status !== 200 || response.body === null) return String(response.status);
    const reader = response.body.getReader();
    let text = '';
    while (!text.includes('\n\n')) text += Buffer.from((await reader.read()).value ?? []).toString();
    await reader.cancel();
    return text;
  };

  it('sees no count, no rate and no lag of the firm on any route or stream', async () => {
    const server = await market();
    // The rate is known only after a while.
    for (let n = 0; n < 30; n++) {
      await as(server, FIRM, '/api/progress');
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    const firms = await as(server, FIRM, '/api/progress');
    expect(JSON.parse(firms.body)).to.have.nested.property('live.records', OTHERS + 2);
    expect(JSON.parse(firms.body)).to.have.nested.property('live.rate').that.is.a('number');
    const seen: string[] = [];
    for (const url of ROUTES) {
      const { status, body } = await as(server, ANN, url);
      if (status === 200) seen.push(`${url}: ${body}`);
    }
    for (const path of ['', '/symbols/IBM']) seen.push(await snapshot(server, ANN, `/api/stream/users/ann${path}`));
    expect(seen.length).to.be.greaterThan(10);
    for (const text of seen) {
      expect(text).to.not.contain(String(OTHERS + 2));
      if (!text.startsWith('/docs')) expect(text).to.not.match(/"(records|rate|behind)"/);
    }
  });

  it('is refused by all routes of the firm', async () => {
    const server = await market();
    for (const url of [
      '/api/firm',
      '/api/days',
      '/api/users',
      '/api/symbols',
      '/api/pipeline',
      '/api/pipeline/dead-letters',
      '/api/close/comparison',
      '/api/close/figures',
      '/api/close/rows?name=Energy',
      '/metrics',
      '/api/users/u00',
      '/api/users/u00/trades.csv',
      '/api/users/u00/lines?symbol=IBM',
    ]) {
      expect((await as(server, ANN, url)).status, url).to.equal(403);
      expect((await as(server, FIRM, url)).status, url).to.equal(200);
    }
    for (const path of ['symbols/IBM', 'symbols/IBM/prices']) {
      expect((await as(server, ANN, `/api/users/u00/${path}`)).status, path).to.equal(403);
    }
    for (const url of [
      ...['/api/stream/firm', '/api/stream/symbols', '/api/stream/users/u00', '/api/stream/users/u00/symbols/IBM'],
    ]) {
      expect(await snapshot(server, ANN, url), url).to.equal('403');
    }
  });

  it('who has not signed in sees the pages and whether the server lives, and not even a description of the API', async () => {
    const server = await market();
    for (const url of ROUTES) {
      const open = url === '/health' || url === '/ready';
      const { statusCode } = await server.inject({ url, headers: { accept: 'text/html' } });
      expect(statusCode, url).to.equal(open ? 200 : 401);
    }
    for (const url of ['/docs/', '/docs/yaml', '/docs/static/index.html', '/docs/static/swagger-ui-bundle.js']) {
      expect((await server.inject(url)).statusCode, url).to.equal(401);
    }
    expect((await server.inject('/')).statusCode).to.equal(200);
  });

  it('whose id is only dots is reached by addresses that no browser shortens', async () => {
    const server = await market();
    for (const part of ['', '/totals', '/holdings', '/trades', '/day', '/holdings.csv', '/trades.csv']) {
      const url = new URL(`/api/users/=..${part}`, 'http://localhost').pathname;
      expect((await as(server, DOTS, url)).status, url).to.equal(200);
      expect((await as(server, ANN, url)).status, url).to.equal(403);
    }
    expect(JSON.parse((await as(server, DOTS, '/api/users/=..')).body)).to.include({ user: '..' });
    expect(await snapshot(server, DOTS, '/api/stream/users/=..')).to.contain('"known":{"":true}');
    expect((await server.inject('/u/=..')).statusCode).to.equal(200);
    expect((await as(server, FIRM, '/api/users/=.')).status, 'who has not traded').to.equal(404);
    const { body } = await as(server, FIRM, '/api/users/%3D..');
    expect(body, 'another user, who is called so').to.contain('USER_UNKNOWN');
  });
});
