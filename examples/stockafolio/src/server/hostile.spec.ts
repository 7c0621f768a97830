import { once } from 'node:events';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { traded, tradeOf, useServer } from '../../test/traded.js';

const SCRIPT = '<script>alert(1)</script>';
const escaped = encodeURIComponent(SCRIPT);

/** Malformed requests, and the status of their answers. */
const hostile: readonly (readonly [what: string, url: string, status: number])[] = [
  ['a script as a user', `/api/users/${escaped}`, 404],
  ['a script as a search', `/api/users?prefix=${escaped.repeat(4)}`, 400],
  ['a script as a day', `/api/firm?day=${escaped}`, 400],
  ['a script as a path', `/${escaped}`, 404],
  ['a huge id', `/api/users/${'x'.repeat(65)}`, 400],
  ['a far too long id', `/api/users/${'x'.repeat(5_000)}`, 414],
  ['an id of zero bytes', '/api/users/%00%00', 400],
  ['a bad escape', '/api/users/%E0%A4%A', 400],
  ['half of a character', '/api/users/%ED%A0%80', 400],
  ['a step out of the folder', '/assets/../secret.txt', 404],
  ['an escaped step out of the folder', '/assets/%2e%2e/secret.txt', 404],
  ['a twice escaped step', '/assets/%252e%252e%252fsecret.txt', 404],
  ['a step with backslashes', '/assets/..%5csecret.txt', 400],
  ['a zero byte in a path', '/assets/index-abc.js%00.png', 400],
  ['an unknown parameter', '/api/firm?day=2026-01-05&admin=1', 400],
  ['a parameter given twice', '/api/firm?day=2026-01-05&day=2026-01-06', 400],
  ['a parameter that would be an object', '/api/firm?day[$ne]=1', 400],
  ['a prototype as a parameter', '/api/firm?__proto__=1', 400],
  ['a limit that is no number', '/api/users/ann/trades?limit=many', 400],
  ['a limit past the most', '/api/users/ann/trades?limit=1000000000', 400],
  ['a limit below the least', '/api/users/ann/trades?limit=-1', 400],
  ['a day that is none', '/api/firm?day=2026-13-01', 400],
  ['an unknown API', '/api/admin', 404],
];

describe('hostile requests', () => {
  const serve = useServer();

  for (const [what, url, status] of hostile) {
    it(`${what}: ${status}, without what was sent, and logged once`, async () => {
      const { tables } = await traded([tradeOf({ id: '1' })]);
      const { server, log } = await serve({ live: tables });
      const { statusCode, body, headers } = await server.inject(url);
      expect(statusCode, body).to.equal(status);
      expect(headers['content-type']).to.contain('application/json');
      expect(body).not.to.match(/script|alert|secret|xxxx|admin|\$ne/);
      expect(log).to.have.length(1);
      expect(log[0]).to.match(/^[\x20-\x7e]{10,400}$/);
    });
  }

  it('a POST, a body and an unknown method: refused', async () => {
    const { tables } = await traded([tradeOf({ id: '1' })]);
    const { server } = await serve({ live: tables });
    for (const method of ['POST', 'PUT', 'DELETE'] as const) {
      const { statusCode } = await server.inject({ method, url: '/api/firm', payload: { a: 'x'.repeat(10_000) } });
      expect(statusCode, method).to.be.oneOf([404, 413]);
    }
  });

  it('a flood of headers, and what is no HTTP: answered with 4xx, closed, logged once', async () => {
    const { tables } = await traded([tradeOf({ id: '1' })]);
    const { server, log } = await serve({ live: tables });
    await server.listen({ host: '127.0.0.1', port: 0 });
    const { port } = server.server.address() as AddressInfo;
    const send = async (text: string): Promise<string> => {
      const socket = connect(port, '127.0.0.1');
      let answer = '';
      socket.on('data', (chunk) => (answer += chunk.toString()));
      socket.on('error', () => undefined);
      socket.write(text);
      await once(socket, 'close');
      return answer;
    };
    const flood = Array.from({ length: 3_000 }, (_, n) => `x-${n}: ${SCRIPT}`).join('\r\n');
    expect(await send(`GET / HTTP/1.1\r\nhost: x\r\n${flood}\r\n\r\n`)).to.match(/^HTTP\/1\.1 431 /);
    expect(await send(`${SCRIPT}\r\n\r\n`)).to.match(/^HTTP\/1\.1 400 /);
    expect(log).to.have.length(2);
  });

  it('a flood of bad requests is counted after the first fifty lines', async () => {
    const { tables } = await traded([tradeOf({ id: '1' })]);
    const { server, log } = await serve({ live: tables, requestsPerMinute: 0 });
    for (let n = 0; n < 80; n++) await server.inject('/api/nothing');
    expect(log).to.have.length(50);
  });
});
