import { createServer, connect, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { embeddedTables } from '@stockafolio/connectors/embedded';
import type { Tables } from '@stockafolio/core/ports';
import { expect } from 'chai';
import { openLogin } from '../src/server/login/open-login.js';
import { useBrowser } from './browser.js';
import { liveMarket, type LiveMarket } from './live-market.js';
import { OPENING, tradeOf } from './traded.js';

describe('the connection', () => {
  const browser = useBrowser();
  let market: LiveMarket;
  afterEach(() => market?.close());

  it('when it is lost the page says so, and when the server is back it continues by itself', async () => {
    market = await liveMarket([tradeOf({ id: '1' })]);
    const page = await browser();
    await page.goto(`${market.url}/u/ann`);
    await page.locator('.status-live').waitFor();
    await market.stopServer();
    await page.locator('.status-lost').getByText('Connection lost').waitFor();
    expect(await page.locator('[data-trade="1"]').count(), 'what is known stays').to.equal(1);
    await market.trade(tradeOf({ id: '2', time: OPENING + 1 }));
    await market.startServer();
    await page.locator('[data-trade="2"]').waitFor({ timeout: 30_000 });
    await page.locator('.status-live').waitFor();
  });

  it('when nothing arrives although it is open, the page says that it is stale, and reconnects', async () => {
    market = await liveMarket([tradeOf({ id: '1' })]);
    const gate = await openGate(Number(new URL(market.url).port));
    try {
      const page = await browser();
      await page.goto(`http://127.0.0.1:${gate.port}/u/ann`);
      await page.locator('.status-live').waitFor();
      gate.shut();
      await page.locator('.status-stale, .status-lost').first().waitFor({ timeout: 20_000 });
      gate.open();
      await page.locator('.status-live').waitFor({ timeout: 30_000 });
    } finally {
      await gate.close();
    }
  });

  it('when the figures cannot be read the page says so instead of live, and is live again when they can', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'stockafolio-broken-'));
    try {
      const written = embeddedTables(folder);
      let broken = false;
      const live: Tables = {
        ...{ inKeyOrder: true, create: (tables) => written.create(tables), write: (rows) => written.write(rows) },
        ...{
          get: (table, key) => written.get(table, key),
          scanAll: (table, options) => written.scanAll(table, options),
        },
        scan: (table, prefix, options) => {
          if (broken) throw new Error('gone');
          return written.scan(table, prefix, options);
        },
        close: async () => undefined,
      };
      market = await liveMarket([tradeOf({ id: '1' })], { written, live });
      const page = await browser();
      await page.goto(`${market.url}/u/ann`);
      await page.locator('.status-live').waitFor();
      broken = true;
      await page.locator('.status-troubled').getByText('cannot be read').waitFor();
      expect(await page.locator('[data-trade="1"]').count(), 'what is known stays').to.equal(1);
      // As long as nothing can be read, no heartbeat makes the page look up to date.
      await page.waitForTimeout(4_000);
      expect(await page.locator('.status-live').count()).to.equal(0);
      const late = await page.context().newPage();
      await late.goto(market.url);
      await late.locator('.status-troubled').waitFor();
      broken = false;
      for (const each of [page, late]) await each.locator('.status-live').waitFor();
      await late.locator('.tiles').waitFor();
      await late.close();
    } finally {
      await market.close();
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('when a viewer has too many pages open, the next one says so and keeps trying', async () => {
    market = await liveMarket([tradeOf({ id: '1' })], { streamsEach: 1 });
    const page = await browser();
    await page.goto(`${market.url}/u/ann`);
    await page.locator('.status-live').waitFor();
    const next = await page.context().newPage();
    await next.goto(`${market.url}/u/ann`);
    await next.locator('.status-busy').getByText('No room').waitFor();
    await page.goto('about:blank');
    await next.locator('.status-live').waitFor({ timeout: 30_000 });
    await next.close();
  });

  it('with a login the page asks for a token, and shows what that may see', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'stockafolio-tokens-'));
    try {
      await writeFile(join(folder, 'tokens'), 'token-of-ann-0123456789 user ann\n');
      const login = await openLogin(`tokens:${join(folder, 'tokens')}`);
      market = await liveMarket([tradeOf({ id: '1' }), tradeOf({ id: '2', user: 'bob' })], { login });
      const page = await browser();
      await page.goto(`${market.url}/u/ann`);
      const field = page.getByLabel('Access token');
      await field.fill('wrong-token-0123456789');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('alert').getByText('does not know').waitFor();
      await field.fill('token-of-ann-0123456789');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.locator('[data-trade="1"]').waitFor();
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: 'Trades as CSV' }).click(),
      ]);
      expect(download.suggestedFilename()).to.equal('trades.csv');
      await page.goto(`${market.url}/u/bob`);
      await page.getByText('this is for another user').waitFor();
      await page.getByRole('link', { name: 'To your portfolio' }).click();
      await page.locator('[data-trade="1"]').waitFor();
      await page.goto(market.url);
      await page.locator('[data-trade="1"]').waitFor();
      await page.goto(`${market.url}/symbols`);
      await page.getByText('this is for the firm').waitFor();
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

interface Gate {
  readonly port: number;
  /** Keeps every connection open, but forwards nothing. */
  shut(): void;
  open(): void;
  close(): Promise<void>;
}

/** A proxy between the browser and the server, like a network that may go silent. */
async function openGate(target: number): Promise<Gate> {
  const sockets = new Set<Socket>();
  let closed = false;
  const server: Server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    }
    client.pipe(upstream);
    upstream.on('data', (chunk) => {
      if (!closed) client.write(chunk);
    });
    upstream.on('end', () => client.end());
    client.on('close', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    shut: () => void (closed = true),
    open: () => void (closed = false),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
