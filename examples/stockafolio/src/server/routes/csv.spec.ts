import { get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StoredRow, Tables } from '@stockafolio/core/ports';
import { expect } from 'chai';
import { OPENING, traded, tradeOf, useServer } from '../../../test/traded.js';

const PATH = '/api/users/ann/trades.csv';

describe('a download of trades', () => {
  const serve = useServer();
  /** How many rows were read so far. */
  let read = 0;

  /** Tables with this many trades of ann, none of which is in memory; reads fail from `failsAt` on. */
  const withTrades = async (count: number, failsAt = Infinity): Promise<Tables> => {
    const { tables } = await traded([tradeOf({ id: '1' })]);
    read = 0;
    return {
      ...tables,
      async *scan(table, prefix, options): AsyncIterable<StoredRow> {
        if (table.name !== 'trades_by_user') return yield* tables.scan(table, prefix, options);
        for (let n = 0; n < Math.min(count, options?.limit ?? count); n++) {
          if (n === failsAt) throw new Error('gone');
          read += 1;
          const values = ['ann', OPENING - n, `t${n}`, 'IBM', 'Information Technology', 'buy', 1, 100_0000, 100_0000];
          yield { values, version: 1 };
        }
      },
    };
  };
  const listening = async (live: Tables, options: { downloadsEach?: number } = {}): Promise<number> => {
    const { server } = await serve({ live, requestsPerMinute: 0, ...options });
    await server.listen({ host: '127.0.0.1', port: 0 });
    return (server.server.address() as AddressInfo).port;
  };
  const download = (port: number): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      get({ host: '127.0.0.1', port, path: PATH, agent: false }, resolve).on('error', reject);
    });

  it('has every trade, also past ten thousand', async () => {
    const port = await listening(await withTrades(25_000));
    const lines = (await (await fetch(`http://127.0.0.1:${port}${PATH}`)).text()).split('\r\n');
    expect(lines).to.have.length(25_002);
    expect(lines[1]).to.contain(',t0,');
    expect(lines[25_000]).to.contain(',t24999,');
    expect(new Set(lines.map((line) => line.split(',')[1])).size).to.equal(25_002);
  });

  it('is read no faster than it is sent: the data that waits for a slow reader is bounded', async () => {
    const port = await listening(await withTrades(1_000_000));
    const answer = await download(port);
    answer.once('data', () => answer.pause());
    let before = -1;
    // The connection itself buffers some megabytes before the server waits for the reader.
    while (read !== before) {
      before = read;
      await sleep(300);
    }
    expect(read).to.be.below(200_000);
    answer.destroy();
  });

  it('lets other requests run', async () => {
    const port = await listening(await withTrades(60_000));
    const answer = await download(port);
    answer.resume();
    let ended = false;
    answer.on('end', () => (ended = true));
    let meanwhile = 0;
    while (!ended) {
      await (await fetch(`http://127.0.0.1:${port}/health`)).text();
      meanwhile += 1;
    }
    expect(meanwhile).to.be.greaterThan(10);
  });

  it('that cannot be read to its end is aborted, so that nobody mistakes it for complete', async () => {
    const port = await listening(await withTrades(20_000, 15_000));
    for (const encoding of ['identity', 'gzip']) {
      const error: unknown = await fetch(`http://127.0.0.1:${port}${PATH}`, {
        headers: { 'accept-encoding': encoding },
      })
        .then((response) => response.text())
        .catch((thrown: unknown) => thrown);
      expect(error, encoding).to.be.instanceOf(Error);
    }
  });

  it('counts against the limit of its viewer until it ends or is lost', async () => {
    const port = await listening(await withTrades(1_000_000), { downloadsEach: 2 });
    const [first, second] = [await download(port), await download(port)];
    const refused = await download(port);
    expect(refused.statusCode).to.equal(429);
    expect(refused.headers['retry-after']).to.equal('5');
    refused.resume();
    first.destroy();
    let again = refused;
    for (let n = 0; n < 100 && again.statusCode !== 200; n++) {
      await sleep(20);
      again = await download(port);
    }
    expect(again.statusCode).to.equal(200);
    for (const each of [second, again]) each.destroy();
  });

  it('as JSON lets other requests run too, and counts as a download if it is long', async () => {
    const { server } = await serve({ live: await withTrades(20_000), downloadsEach: 1, requestsPerMinute: 0 });
    const [long, other, short] = await Promise.all([
      server.inject('/api/users/ann/trades?limit=10000'),
      server.inject('/api/users/ann/trades?limit=10000'),
      server.inject('/api/users/ann/trades?limit=1000'),
    ]);
    expect([long.statusCode, other.statusCode].sort()).to.deep.equal([200, 429]);
    expect(short.json<{ trades: unknown[] }>().trades).to.have.length(1_000);
    const again = await server.inject('/api/users/ann/trades?limit=10000');
    expect(again.json<{ trades: unknown[] }>().trades).to.have.length(10_000);
  });

  it('requested by HEAD reads nothing, and does not exist for an unknown user', async () => {
    const { server } = await serve({ live: await withTrades(1_000), downloadsEach: 1 });
    for (let n = 0; n < 3; n++) {
      const { statusCode, headers, body } = await server.inject({ method: 'HEAD', url: PATH });
      expect([statusCode, body]).to.deep.equal([200, '']);
      expect(headers['content-disposition']).to.contain('trades.csv');
    }
    expect(read).to.equal(0);
    expect((await server.inject({ method: 'HEAD', url: '/api/users/nobody/trades.csv' })).statusCode).to.equal(404);
  });
});
