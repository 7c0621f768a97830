import { expect } from 'chai';
import { traded, tradeOf, useServer } from '../../test/traded.js';
import type { WireError } from './wire/types.js';

/** Every route with parameters, with invalid values, and the parameter that the answer must name. */
const wrong: readonly (readonly [url: string, parameter: string])[] = [
  ...['/api/firm', '/api/stream/firm', '/api/users/ann/day'].flatMap((path) =>
    ['2026-02-31', '2026-02-29', '2026-13-01', 'garbage', '', '9999-12-31', '2026-01-05T00:00:00Z', '%00'].map(
      (day) => [`${path}?day=${day}`, 'day'] as const,
    ),
  ),
  ...['/api/firm', '/api/stream/firm', '/api/users/ann/day'].map(
    (path) => [`${path}?day=2026-01-05&day=2026-01-05`, 'day'] as const,
  ),
  ...['0', '-1', '1.5', '1e9', 'many', ''].flatMap((limit) => [
    [`/api/users/ann/trades?limit=${limit}`, 'limit'] as const,
    [`/api/users?limit=${limit}`, 'limit'] as const,
  ]),
  [`/api/users?prefix=${'x'.repeat(65)}`, 'prefix'],
  ['/api/users?prefix=%00', 'prefix'],
  ...['', '/totals', '/holdings', '/trades', '/day', '/holdings.csv', '/trades.csv'].flatMap((part) => [
    [`/api/users/${'x'.repeat(65)}${part}`, 'user'] as const,
    [`/api/users/%00${part}`, 'user'] as const,
  ]),
  ['/api/stream/users/%00', 'user'],
  ['/api/close/figures?of=users', 'of'],
  ['/api/close/figures?day=garbage', 'day'],
  ['/api/close/rows?name=%00', 'name'],
  [`/api/stream/users/${'x'.repeat(65)}`, 'user'],
];

describe('parameters', () => {
  const serve = useServer();

  it('that are invalid are refused with 400 on every route and stream, and the answer names the parameter and its form', async () => {
    const { tables } = await traded([tradeOf({ id: '1' })]);
    const { server } = await serve({ live: tables, requestsPerMinute: 0 });
    for (const [url, parameter] of wrong) {
      const { statusCode, body } = await server.inject(url);
      expect(statusCode, url).to.equal(400);
      const { error } = JSON.parse(body) as WireError;
      expect(error.code, url).to.equal('BAD_PARAMETER');
      expect(error.message, url).to.match(new RegExp(`^${parameter}: (it must be|give it once)`));
    }
  });

  it('that a route does not have are refused, and the answer lists its parameters', async () => {
    const { tables } = await traded([tradeOf({ id: '1' })]);
    const { server } = await serve({ live: tables });
    const messageAt = async (url: string): Promise<string> =>
      (await server.inject(url)).json<WireError>().error.message;
    expect(await messageAt('/api/firm?date=2026-01-05')).to.contain('it takes day');
    expect(await messageAt('/api/users?q=x')).to.contain('it takes prefix and limit');
    for (const path of [
      '/api/progress',
      '/api/users/ann',
      '/api/stream/users/ann',
      '/api/users/ann/trades.csv',
      '/ready',
    ]) {
      expect(await messageAt(`${path}?x=1`), path).to.contain('takes none');
    }
  });

  it('are all described with what they must be, for the page of the API and for refusals', async () => {
    const { tables } = await traded([tradeOf({ id: '1' })]);
    const { server } = await serve({ live: tables });
    const { paths } = (await server.inject('/docs/json')).json<{
      paths: Record<string, { get: { parameters?: { name: string; description?: string }[] } }>;
    }>();
    const described = Object.values(paths).flatMap(({ get }) => get.parameters ?? []);
    expect(described.length).to.be.greaterThan(10);
    for (const { name, description } of described) expect(description, name).to.be.a('string').and.not.equal('');
  });

  it('of one request never disturb the streams of others', async () => {
    const harness = await traded([tradeOf({ id: '1' })]);
    const { server } = await serve({ live: harness.tables });
    const place = await server.listen({ host: '127.0.0.1', port: 0 });
    const { body } = await fetch(`${place}/api/stream/users/ann`);
    const reader = (body as ReadableStream<Uint8Array>).getReader();
    let heard = '';
    const hear = async (text: string): Promise<void> => {
      while (!heard.includes(text)) {
        const { done, value } = await reader.read();
        if (done) throw new Error(`the stream has ended before ${text}`);
        heard += Buffer.from(value).toString();
      }
    };
    await hear('snapshot');
    expect((await fetch(`${place}/api/stream/firm?day=2026-02-31`)).status).to.equal(400);
    harness.push(tradeOf({ id: 'after' }));
    await harness.commit();
    await hear('"after"');
    expect(heard).to.not.contain('trouble');
    await reader.cancel();
  });
});
