import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isStockafolioError } from '@stockafolio/core';
import type { FastifyInstance } from 'fastify';
import { expect } from 'chai';
import { traded, tradeOf, useServer } from '../../test/traded.js';
import { openLogin } from './login/open-login.js';
import { parseTrustedProxies } from './trust-proxy.js';

const ANN = 'token-of-ann-0123456789';
const BOB = 'token-of-bob-0123456789';
const FIRM = 'token-of-the-firm-0123456789';
const lines = `${ANN} user ann\n${BOB} user bob\n${FIRM} firm\n`;

describe('the share of each client:', () => {
  const serve = useServer();
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stockafolio-access-'));
    await writeFile(join(folder, 'tokens'), lines);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const portOf = async (server: FastifyInstance): Promise<number> => {
    await server.listen({ host: '127.0.0.1', port: 0 });
    return (server.server.address() as AddressInfo).port;
  };
  const connections = (server: FastifyInstance): Promise<number> =>
    new Promise((resolve, reject) =>
      server.server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
    );
  const until = async (condition: () => Promise<boolean>, what: string): Promise<void> => {
    for (let n = 0; n < 500; n++) {
      if (await condition()) return;
      await sleep(20);
    }
    throw new Error(`not within 10 s: ${what}`);
  };
  /** Opens a stream; returns its answer, and a function that closes it. */
  const open = (
    port: number,
    path: string,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; code: string; close: () => void }> =>
    new Promise((resolve, reject) => {
      const request = get({ host: '127.0.0.1', port, path, headers, agent: false }, (response) => {
        response.setEncoding('utf8');
        response.on('error', () => undefined);
        response.once('data', (text: string) => {
          const code = response.statusCode === 200 ? '' : (JSON.parse(text) as { error: { code: string } }).error.code;
          resolve({ status: response.statusCode ?? 0, code, close: () => request.destroy() });
        });
      });
      request.on('error', reject);
    });

  it('streams are limited per user or token, so that one who uses all of theirs leaves room for others', async () => {
    const { tables } = await traded([tradeOf({ id: '1' }), tradeOf({ id: '2', user: 'bob' })]);
    const login = await openLogin(`tokens:${join(folder, 'tokens')}`);
    const { server } = await serve({ live: tables, login, streamsEach: 3 });
    const port = await portOf(server);
    const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });
    const own = await Promise.all([1, 2, 3].map(() => open(port, '/api/stream/users/ann', bearer(ANN))));
    expect(own.map(({ status }) => status)).to.deep.equal([200, 200, 200]);
    const refused = await open(port, '/api/stream/users/ann', bearer(ANN));
    expect([refused.status, refused.code]).to.deep.equal([429, 'TOO_MANY_STREAMS']);
    const others = [
      await open(port, '/api/stream/users/bob', bearer(BOB)),
      await open(port, '/api/stream/firm', bearer(FIRM)),
    ];
    expect(others.map(({ status }) => status)).to.deep.equal([200, 200]);
    own[0]?.close();
    let again = refused;
    await until(async () => {
      again = await open(port, '/api/stream/users/ann', bearer(ANN));
      return again.status === 200;
    }, 'room after one was closed');
    for (const each of [...own, ...others, again]) each.close();
  });

  it('streams are limited per address without a login', async () => {
    const { tables } = await traded([tradeOf({ id: '1' })]);
    const { server } = await serve({ live: tables, streamsEach: 1, trustProxy: 1 });
    const port = await portOf(server);
    const from = (address: string): ReturnType<typeof open> =>
      open(port, '/api/stream/firm', { 'x-forwarded-for': address });
    const first = await from('192.0.2.1');
    expect(first.status).to.equal(200);
    expect((await from('192.0.2.1')).code).to.equal('TOO_MANY_STREAMS');
    const six = await from('2001:db8::1');
    expect(six.status).to.equal(200);
    expect((await from('2001:db8:0:0:ffff::9')).code, 'one network of IPv6').to.equal('TOO_MANY_STREAMS');
    const far = await from('2001:db8:0:1::1');
    expect(far.status).to.equal(200);
    for (const each of [first, six, far]) each.close();
  });

  it('a stream is given back by a reader who leaves before it began', async () => {
    const { tables } = await traded([tradeOf({ id: '1' })]);
    let slow = false;
    const login = await openLogin(`tokens:${join(folder, 'tokens')}`);
    const { server } = await serve({
      ...{ live: tables, streamsEach: 1 },
      login: { ...login, viewerOf: async (token) => (slow && (await sleep(150)), login.viewerOf(token)) },
    });
    const port = await portOf(server);
    slow = true;
    const request = get({
      ...{ host: '127.0.0.1', port, path: '/api/stream/users/ann', agent: false },
      headers: { authorization: `Bearer ${ANN}` },
    });
    request.on('error', () => undefined);
    await sleep(50);
    request.destroy();
    await sleep(200);
    slow = false;
    const next = await open(port, '/api/stream/users/ann', { authorization: `Bearer ${ANN}` });
    expect(next.status).to.equal(200);
    next.close();
  });

  it('nothing is served under an unknown host name; the answer says how to allow it', async () => {
    const { tables } = await traded([tradeOf({ id: '1' })]);
    const { server, log } = await serve({ live: tables, allowedHosts: ['Portfolios.Example.org', '2001:DB8:0::7'] });
    const status = async (host: string, url = '/'): Promise<number> =>
      (await server.inject({ url, headers: { host } })).statusCode;
    for (const host of ['127.0.0.1', '127.0.0.1:8020', 'localhost:1', 'LOCALHOST.', '[::1]:80', '[0:0:0:0:0:0:0:1]']) {
      expect(await status(host), host).to.equal(200);
    }
    for (const host of ['portfolios.example.org', 'PORTFOLIOS.example.org.:443', '[2001:db8::7]:80']) {
      expect(await status(host), host).to.equal(200);
    }
    for (const host of [
      ...['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', 'evil.example:8020', '10.1.2.3'],
      ...['127.0.0.1@evil.example', 'localhost/evil', '[::1', 'localhost:8020:1', '127.0.0.1, evil.example'],
    ]) {
      for (const url of [
        '/',
        '/api/firm',
        '/api/stream/firm',
        '/docs',
        '/assets/index-abc.js',
        '/metrics',
        '/nowhere',
      ]) {
        expect(await status(host, url), `${host} ${url}`).to.equal(403);
      }
    }
    const refused = await server.inject({ url: '/api/firm', headers: { host: 'evil.example' } });
    expect(refused.json()).to.have.nested.property('error.code', 'HOST_REFUSED');
    expect(refused.body).to.contain('--allow-host').and.not.contain('evil');
    expect(log.join('\n')).to.contain('evil.example');
  });

  it('nothing is served for two host names, and no more for an absolute URL than for a path', async () => {
    const { tables } = await traded([tradeOf({ id: '1' })]);
    const { server } = await serve({ live: tables });
    const port = await portOf(server);
    const answer = (text: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const socket = connect(port, '127.0.0.1');
        let heard = '';
        socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
        socket.on('close', () => resolve(heard));
        socket.on('error', reject);
        socket.end(`${text}\r\nconnection: close\r\n\r\n`);
      });
    expect(await answer('GET /health HTTP/1.1\r\nhost: localhost\r\nhost: evil.example')).to.match(/^HTTP\/1.1 403 /);
    expect(await answer('GET http://localhost/health HTTP/1.1\r\nhost: evil.example')).to.match(/^HTTP\/1.1 403 /);
    const absolute = await answer('GET http://localhost/api/viewer HTTP/1.1\r\nhost: localhost');
    expect(absolute)
      .to.match(/^HTTP\/1.1 200 /)
      .and.match(/cache-control: private, no-cache/i);
  });

  it('everything is served under the address that a request has reached, whichever it is', async () => {
    const { tables } = await traded([tradeOf({ id: '1' })]);
    const { server } = await serve({ live: tables });
    await server.listen({ host: '0.0.0.0', port: 0 });
    const { port } = server.server.address() as AddressInfo;
    const status = (host: string): Promise<number> =>
      new Promise((resolve, reject) => {
        get({ host: '127.0.0.2', port, path: '/health', headers: { host }, agent: false }, (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        }).on('error', reject);
      });
    expect(await status(`127.0.0.2:${port}`)).to.equal(200);
    expect(await status(`127.0.0.3:${port}`)).to.equal(403);
  });

  it('a name to be allowed that is none does not start', async () => {
    const { tables } = await traded([tradeOf({ id: '1' })]);
    for (const name of ['https://example.org', 'example.org:80', 'example.org/x', '', '*', 'a b']) {
      const error: unknown = await serve({ live: tables, allowedHosts: [name] }).catch((thrown: unknown) => thrown);
      expect(isStockafolioError(error, 'ERR_USAGE'), name).to.equal(true);
    }
  });

  describe('by an address that a proxy tells', () => {
    /** How many of three requests pass a limit of two, if each names another address. */
    const answered = async (trust: string | undefined, forwarded: (n: number) => string): Promise<number> => {
      const { tables } = await traded([tradeOf({ id: '1' })]);
      const trustProxy = trust === undefined ? {} : { trustProxy: parseTrustedProxies(trust) };
      const { server } = await serve({ live: tables, requestsPerMinute: 2, ...trustProxy });
      let count = 0;
      for (let n = 0; n < 3; n++) {
        const headers = { 'x-forwarded-for': forwarded(n) };
        if ((await server.inject({ url: '/api/viewer', headers })).statusCode === 200) count += 1;
      }
      return count;
    };

    it('nobody is believed by default', async () => {
      expect(await answered(undefined, (n) => `192.0.2.${n}`)).to.equal(2);
    });

    it('the given number of proxies is believed, and nothing before them', async () => {
      expect(await answered('1', (n) => `192.0.2.${n}`)).to.equal(3);
      expect(await answered('1', (n) => `192.0.2.${n}, 198.51.100.1`)).to.equal(2);
      expect(await answered('2', (n) => `192.0.2.${n}, 198.51.100.1`)).to.equal(3);
      expect(await answered('2', (n) => `192.0.2.${n}, 198.51.100.1, 203.0.113.1`)).to.equal(2);
    });

    it('the proxies of these addresses are believed, and no other', async () => {
      expect(await answered('loopback', (n) => `192.0.2.${n}`)).to.equal(3);
      expect(await answered('127.0.0.1,198.51.100.0/24', (n) => `192.0.2.${n}, 198.51.100.9`)).to.equal(3);
      expect(await answered('127.0.0.1', (n) => `192.0.2.${n}, 198.51.100.9`)).to.equal(2);
      expect(await answered('10.0.0.0/8', (n) => `192.0.2.${n}`)).to.equal(2);
    });

    for (const text of [
      'true',
      '0',
      '-1',
      '100',
      'proxy.example.org',
      '10.0.0.0/33',
      '10.0.0.1/0',
      '10.0.0.1/',
      '',
      ',',
      '1,2',
    ]) {
      it(`'${text}' is neither a number of proxies nor addresses`, () => {
        expect(() => parseTrustedProxies(text))
          .to.throw()
          .with.property('code', 'ERR_USAGE');
      });
    }
  });

  describe('over a connection', () => {
    const garbage = async (port: number, text: string): Promise<Socket> => {
      // It never closes its end, whatever the server does.
      const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
      socket.on('error', () => undefined);
      socket.on('data', () => undefined);
      socket.write(text);
      return socket;
    };

    for (const [what, text] of [
      ['no HTTP', 'garbage\r\n\r\n'],
      ['too many headers', `GET / HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`],
      ['garbage that goes on', `garbage\r\n\r\n${'more garbage\r\n'.repeat(100)}`],
      ['a Host that is refused', 'GET /api/firm HTTP/1.1\r\nhost: evil.example\r\n\r\n'],
      ['too long an address', `GET /api/users/${'x'.repeat(5_000)} HTTP/1.1\r\nhost: localhost\r\n\r\n`],
      [
        'too much of a body',
        `POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n{}`,
      ],
    ] as const) {
      it(`${what}: refused, and no descriptor is kept, also where the client never closes`, async () => {
        const { tables } = await traded([tradeOf({ id: '1' })]);
        const { server } = await serve({ live: tables, requestsPerMinute: 0 });
        const port = await portOf(server);
        let opened = 0;
        server.server.on('connection', () => (opened += 1));
        const sockets = await Promise.all(Array.from({ length: 20 }, () => garbage(port, text)));
        await until(async () => opened === 20, 'the connections');
        await until(async () => (await connections(server)) === 0, 'the end of all connections');
        for (const socket of sockets) socket.destroy();
      });
    }

    it('one that is refused a stream is not kept either', async () => {
      const { tables } = await traded([tradeOf({ id: '1' })]);
      const { server } = await serve({ live: tables, streamsEach: 1 });
      const port = await portOf(server);
      const first = await open(port, '/api/stream/firm');
      const text = 'GET /api/stream/firm HTTP/1.1\r\nhost: localhost\r\n\r\n';
      let opened = 0;
      server.server.on('connection', () => (opened += 1));
      const sockets = await Promise.all(Array.from({ length: 20 }, () => garbage(port, text)));
      await until(async () => opened === 20, 'the connections');
      await until(async () => (await connections(server)) === 1, 'the end of all but the first');
      for (const socket of sockets) socket.destroy();
      first.close();
      await until(async () => (await connections(server)) === 0, 'the end of the first');
    });
  });
});
