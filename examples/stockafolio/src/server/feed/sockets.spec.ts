import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '@stockafolio/connectors/clock-system';
import type { Clock } from '@stockafolio/core/ports';
import { expect } from 'chai';
import { OPENING, traded, tradeOf, useServer, type Served } from '../../../test/traded.js';

const MANY = 1_000;

/** An event stream over its own connection. */
class Listener {
  readonly #response: IncomingMessage;
  text = '';
  ended = false;

  constructor(response: IncomingMessage) {
    this.#response = response;
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => (this.text += chunk));
    response.on('close', () => (this.ended = true));
    response.on('error', () => undefined);
  }

  /** The events so far, without heartbeats. */
  get events(): { readonly event: string; readonly id: string | undefined; readonly data: string }[] {
    const field = (text: string, name: string): string | undefined =>
      new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1];
    return this.text
      .split('\n\n')
      .slice(0, -1)
      .map((text) => ({
        event: field(text, 'event') ?? '',
        id: field(text, 'id'),
        data: field(text, 'data') ?? '',
      }))
      .filter(({ event }) => event !== 'tick');
  }

  /** Reads nothing more, so that the connection fills up. */
  pause(): void {
    this.#response.pause();
  }

  resume(): void {
    this.#response.resume();
  }

  leave(): void {
    this.#response.destroy();
  }
}

/** Waits until it holds, for a bounded time. */
async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let n = 0; n < 2_000; n++) {
    if (await condition()) return;
    await sleep(10);
  }
  throw new Error(`not within 20 s: ${what}`);
}

describe('event streams over real connections', () => {
  const serve = useServer();
  let port = 0;

  const listening = async ({ server }: Served): Promise<void> => {
    await server.listen({ host: '127.0.0.1', port: 0 });
    ({ port } = server.server.address() as AddressInfo);
  };
  const listen = (path: string, headers: Record<string, string> = {}): Promise<Listener> =>
    new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port, path, headers, agent: new Agent() };
      get(options, (response) => {
        if (response.statusCode === 200) resolve(new Listener(response));
        else reject(new Error(`${response.statusCode} ${response.headers['retry-after'] ?? ''}`));
      }).on('error', reject);
    });

  it('are compressed for those who accept it, to the last event, and hold the same as uncompressed ones', async () => {
    const trades = Array.from({ length: 40 }, (_, n) => tradeOf({ id: `t${n}`, symbol: `S${n}`, time: OPENING + n }));
    const harness = await traded(trades);
    const served = await serve({ live: harness.tables });
    await listening(served);
    const plain = await listen('/api/stream/users/ann');
    const compressed = await fetch(`http://127.0.0.1:${port}/api/stream/users/ann`);
    expect(compressed.headers.get('content-encoding')).to.equal('gzip');
    const text = compressed.text();
    await until(() => plain.events.length > 0, 'a snapshot');
    harness.push(tradeOf({ id: 'later', time: OPENING + 100 }));
    await harness.commit();
    await until(() => plain.text.includes('"later"'), 'a change');
    await served.server.close();
    const withoutTicks = (all: string): string => all.replace(/event: tick\n.*\n\n/g, '');
    expect(withoutTicks(await text)).to.equal(withoutTicks(plain.text));
    expect(plain.events.map(({ event }) => event)).to.deep.equal(['snapshot', 'change', 'closing']);
  });

  it(`${MANY} on one process: each gets a snapshot, then every change; the next one is told to retry`, async () => {
    const harness = await traded([tradeOf({ id: '1' })]);
    let scans = 0;
    const inner = harness.tables;
    const live = { ...inner, scan: (...args: Parameters<typeof inner.scan>) => (scans++, inner.scan(...args)) };
    await listening(await serve({ live, mostStreams: MANY, streamsEach: 2 * MANY, requestsPerMinute: 0 }));
    const clients: Listener[] = [];
    for (let n = 0; n < MANY; n += 100) {
      clients.push(...(await Promise.all(Array.from({ length: 100 }, () => listen('/api/stream/users/ann')))));
    }
    await until(() => clients.every(({ events }) => events.length > 0), 'a snapshot for all');
    expect(new Set(clients.map(({ events }) => events[0]?.event))).to.deep.equal(new Set(['snapshot']));
    const refused = await listen('/api/stream/users/ann').then(String, String);
    expect(refused).to.equal('Error: 503 10');
    for (let n = 2; n < 5; n++) {
      const before = scans;
      harness.push(tradeOf({ id: `t${n}`, time: OPENING + n }));
      await harness.commit();
      await until(() => clients.every(({ text }) => text.includes(`"t${n}"`)), `trade ${n} for all`);
      expect(scans - before, 'reads, for all of them').to.be.below(MANY / 2);
    }
    expect(clients.filter(({ ended }) => ended)).to.have.length(0);
    // Later clients may have begun with a later snapshot; the events of the trades since then are the same for all.
    const numbers = clients.map(({ events }) => events.filter(({ data }) => /"t[2-4]"/.test(data)).map(({ id }) => id));
    expect(numbers[0], 'a change for each trade').to.have.length(3);
    expect(new Set(numbers.map(String)).size, 'all were sent the same').to.equal(1);
    for (const client of clients) client.leave();
    await until(
      async () =>
        await listen('/api/stream/users/ann').then(
          (c) => (c.leave(), true),
          () => false,
        ),
      'room',
    );
  });

  it('a client that reconnects continues after its last event, over a new connection', async () => {
    const harness = await traded([tradeOf({ id: 'first' })]);
    await listening(await serve({ live: harness.tables }));
    const client = await listen('/api/stream/users/ann');
    await until(() => client.events.length > 0, 'the snapshot');
    const seen = client.events[0]?.id ?? '';
    client.leave();
    const stays = await listen('/api/stream/users/ann');
    for (const id of ['missed-1', 'missed-2']) {
      harness.push(tradeOf({ id, time: OPENING + 1 }));
      await harness.commit();
      await until(() => stays.text.includes(`"${id}"`), id);
    }
    const back = await listen('/api/stream/users/ann', { 'last-event-id': seen });
    await until(() => back.text.includes('"missed-2"'), 'what was missed');
    expect(back.events.map(({ event }) => event)).to.not.include('snapshot');
    expect(back.text).to.contain('"missed-1"').and.not.contain('"first"');
    const unknown = await listen('/api/stream/users/ann', { 'last-event-id': 'never.1' });
    await until(() => unknown.events.length > 0, 'a new snapshot');
    expect(unknown.events[0]?.event).to.equal('snapshot');
    for (const each of [stays, back, unknown]) each.leave();
  });

  /** A user with enough holdings that every price is worth a large change, and a market in which prices move. */
  const HELD = 400;
  const moving = async (options: { queueBytes: number; lastWordsMs: number }) => {
    const holdings = Array.from({ length: HELD }, (_, n) => tradeOf({ id: `h${n}`, symbol: `S${n}` }));
    const harness = await traded(holdings);
    // With a fast clock, so that the pace of large changes does not delay the test.
    const clock: Clock = {
      now: () => systemClock.now(),
      elapsed: () => systemClock.elapsed() * 100,
      sleep: (ms, signal) => systemClock.sleep(Math.max(1, ms / 100), signal),
    };
    const served = await serve({ live: harness.tables, clock, ...options });
    await listening(served);
    let round = 0;
    const move = async (): Promise<void> => {
      round += 1;
      harness.push(
        ...Array.from({ length: HELD }, (_, n) =>
          tradeOf({
            id: `m${round}-${n}`,
            user: 'bob',
            symbol: `S${n}`,
            price: 100_0000 + round,
            time: OPENING + round,
          }),
        ),
      );
      await harness.commit();
    };
    const dropped = (): number => served.log.filter((line) => line.includes('read too slowly')).length;
    return { served, move, dropped };
  };

  it('a client that stops reading is dropped with a reason once its queue is full; others continue', async () => {
    const { move, dropped } = await moving({ queueBytes: 64 * 1024, lastWordsMs: 600_000 });
    const slow = await listen('/api/stream/users/ann');
    const quick = await listen('/api/stream/users/ann');
    await until(() => slow.events.length > 0 && quick.events.length > 0, 'the snapshots');
    slow.pause();
    // The connection itself takes some megabytes before the server's queue begins to fill.
    for (let n = 0; n < 600 && dropped() === 0; n++) {
      const before = quick.events.length;
      await move();
      await until(() => dropped() > 0 || quick.events.length > before, 'the change');
    }
    expect(dropped()).to.equal(1);
    expect(slow.ended).to.equal(false);
    slow.resume();
    await until(() => slow.ended, 'the end of the slow one');
    expect(slow.events.at(-1)?.event).to.equal('slow');
    expect(slow.events.at(-1)?.data).to.contain('come back');
    const numbers = slow.events.flatMap(({ id }) => (id === undefined ? [] : [Number(id.split('.')[1])]));
    const [first = 0] = numbers;
    expect(numbers, 'nothing in between is missing').to.deep.equal(numbers.map((_, n) => first + n));
    await until(() => quick.events.length > numbers.length, 'what the slow one has not been sent');
    expect(quick.ended).to.equal(false);
    const back = await listen('/api/stream/users/ann', { 'last-event-id': `${slow.events.at(-2)?.id}` });
    await until(() => back.events.length > 0, 'the return');
    for (const each of [quick, back]) each.leave();
  });

  it('one that does not even read the reason is disconnected', async () => {
    const { served, move, dropped } = await moving({ queueBytes: 64 * 1024, lastWordsMs: 50 });
    const client = await listen('/api/stream/users/ann');
    await until(() => client.events.length > 0, 'the snapshot');
    client.pause();
    for (let n = 0; n < 600 && dropped() === 0; n++) {
      await move();
      await sleep(30);
    }
    expect(dropped()).to.equal(1);
    const connections = (): Promise<number> =>
      new Promise((resolve, reject) =>
        served.server.server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
      );
    await until(async () => (await connections()) === 0, 'the connection is closed');
    client.leave();
  });

  it('a flood of headers on many connections is refused on each, and disturbs no stream', async () => {
    const harness = await traded([tradeOf({ id: '1' })]);
    const served = await serve({ live: harness.tables });
    await listening(served);
    const client = await listen('/api/stream/users/ann');
    await until(() => client.events.length > 0, 'the snapshot');
    const header = `x-flood: ${'x'.repeat(1_000)}\r\n`;
    const floods = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const socket: Socket = connect(port, '127.0.0.1');
        let answer = '';
        socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
        socket.on('error', () => undefined);
        await once(socket, 'connect');
        socket.write('GET /api/stream/users/ann HTTP/1.1\r\nhost: x\r\n');
        // More and more, without end, until the server closes the connection.
        for (let n = 0; n < 1_000 && socket.writable && answer === ''; n++) {
          socket.write(header);
          if (n % 10 === 0) await sleep(1);
        }
        if (!socket.closed) await once(socket, 'close');
        return answer;
      }),
    );
    for (const answer of floods) expect(answer).to.match(/^HTTP\/1\.1 431 /);
    expect(served.log).to.have.length(20);
    harness.push(tradeOf({ id: 'after', time: OPENING + 1 }));
    await harness.commit();
    await until(() => client.text.includes('"after"'), 'the trade after the flood');
    client.leave();
  });
});
