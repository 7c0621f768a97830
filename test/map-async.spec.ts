import { join } from 'node:path';
import type { Sale } from '@stockafolio/conformance';
import { logProducer } from '@stockafolio/connectors/log-local';
import { expect } from 'chai';
import { RatesServer } from './support/rates-server.js';
import { lastLine, must } from './support/run-command.js';
import { randomFrom, seedOf } from './support/seed.js';
import { sendSales } from './support/sold-items.js';
import { tempFolder } from './support/temp-folder.js';
import { streamKilled } from './support/two-streams.js';

const APP = ['--app', join(import.meta.dirname, 'support/rated-app.mjs')];

async function rowsOf(table: string, tables: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const { stdout } = await must(['tables', 'dump', table, '--tables', tables, ...APP]);
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
}

/** Checks that each of these sales has one rate, which all figures have; returns the rates by amount. */
async function expectEachOnce(sales: readonly Sale[], tables: string): Promise<ReadonlyMap<number, number>> {
  const rows = await rowsOf('rate_of_sale', tables);
  const rates = new Map(rows.map(({ amount, rate }) => [Number(amount), Number(rate)]));
  expect([...rates.keys()].sort((a, b) => a - b)).to.deep.equal(sales.map(({ amount }) => amount));
  const all = [...rates].map(([amount, rate]) => `${amount}:${rate}`).sort();
  for (const table of ['rates_of_user', 'rates_of_item']) {
    const figures = await rowsOf(table, tables);
    expect(figures.flatMap((row) => String(row['all']).trim().split(' ')).sort(), table).to.deep.equal(all);
  }
  return rates;
}

describe('mapAsync, with a server that answers each time otherwise', () => {
  const at = tempFolder();
  const server = new RatesServer();
  const seed = seedOf('mapAsync');

  before(async () => {
    process.env['RATES_URL'] = await server.listen();
  });

  after(() => {
    delete process.env['RATES_URL'];
    server.close();
  });

  it('counts each record once, by one answer, however often the stream is killed; what has none is replayed', async () => {
    const source = `log:${at('sales')}`;
    const tables = `embedded:${at('tables')}`;
    server.unknown = new Set(['i7', 'i13']);
    const args = [
      ...['stream', '--source', source, '--tables', tables],
      ...['--checkpoints', `file:${at('checkpoints')}`, '--checkpoint-interval', '200', ...APP],
    ];
    const sending = sendSales(await logProducer(at('sales'), { partitions: 3 }), 6_000, seed);
    const killed = await streamKilled(args, sending, randomFrom(seed + 1));
    expect(killed, 'kills').to.be.greaterThan(2);
    await must([...args, '--until-caught-up']);
    const sent = await sending;
    const isKnown = ({ item }: Sale): boolean => !server.unknown.has(item);
    const lost = sent.length - sent.filter(isKnown).length;
    const rates = await expectEachOnce(sent.filter(isKnown), tables);
    // Some were asked for again, with other answers.
    expect(server.asked).to.be.greaterThan(sent.length + lost);

    server.unknown = new Set();
    const replay = ['dead-letters', 'replay', '--tables', tables, '--to', source, '--json', ...APP];
    expect(lastLine(await must(replay))).to.include({ ok: true, replayed: lost });
    expect(lastLine(await must(replay))).to.include({ ok: true, replayed: 0 });
    await must([...args, '--until-caught-up']);
    const all = await expectEachOnce(sent, tables);
    for (const [amount, rate] of rates) expect(all.get(amount)).to.equal(rate);
  });

  it('is asked again by a batch, once, which keeps its answers', async () => {
    const source = `log:${at('archived')}`;
    const archive = `file:${at('archive')}`;
    const sent = await sendSales(await logProducer(at('archived'), { partitions: 3 }), 400, seed + 2);
    await must(['archive', '--source', source, '--files', archive, '--until-caught-up', ...APP]);
    const tables = `embedded:${at('batch-tables')}`;
    server.unknown = new Set(['i7']);
    const batch = [
      ...['batch', '--files', archive, '--tables', tables, '--checkpoints', `file:${at('batch-checkpoints')}`],
      ...['--to-end', ...APP],
    ];
    await must(batch);
    const known = sent.filter(({ item }) => item !== 'i7');
    const rates = await expectEachOnce(known, tables);
    const { asked } = server;
    await must(batch);
    expect(server.asked).to.equal(asked);
    expect(await expectEachOnce(known, tables)).to.deep.equal(rates);
  });
});
