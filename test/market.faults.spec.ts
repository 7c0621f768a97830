import { setTimeout as pause } from 'node:timers/promises';
import {
  accountsTable,
  type MarketSale,
  type Price,
  type SalePayment,
  symbolsTable,
  worthTable,
} from '@stockafolio/conformance';
import { cassandraTables } from '@stockafolio/connectors/cassandra';
import { kafkaProducer } from '@stockafolio/connectors/kafka';
import { useCassandra, useKafka } from '@stockafolio/servers/mocha';
import { expect } from 'chai';
import { join } from 'node:path';
import { expectSameLines } from './support/dumps.js';
import { newTopic, readTopic } from './support/kafka-place.js';
import { killHard } from './support/kill.js';
import { marketOracle, type MarketTables } from './support/market-oracle.js';
import { recordsOf, sendMarket } from './support/market-records.js';
import { lastLine, linesOf, must, start, type Running } from './support/run-command.js';
import { randomFrom, seedOf } from './support/seed.js';
import { tempFolder } from './support/temp-folder.js';

/** A million with LIVE_TRADES=1000000. */
const RECORDS = Number(process.env['LIVE_TRADES'] ?? 200_000);
/** They are sent for about two minutes, so that all faults happen meanwhile. */
const PER_SECOND = RECORDS / 120;
const PARTITIONS = 3;
const APP = ['--app', join(import.meta.dirname, 'support', 'market-app.mjs')];
const TABLES = [accountsTable, symbolsTable, worthTable] as const;
const NAMES = ['sales', 'payments', 'prices'] as const;
type Name = (typeof NAMES)[number];

describe(`P1, P3: ${RECORDS} records of three streams, joined and repartitioned, through all common faults`, () => {
  const kafka = useKafka();
  const cassandra = useCassandra();
  const at = tempFolder();
  const seed = seedOf('market');
  const random = randomFrom(seed + 1);
  const begun = Date.now();
  const say = (text: string): void =>
    void process.stdout.write(`      ${Math.round((Date.now() - begun) / 1000)} s: ${text}\n`);
  const workers: Running[] = [];
  let places: Record<Name, ReturnType<typeof newTopic>>;

  const keyspace = (name: string): string => `cassandra://127.0.0.1:${cassandra().port}/${name}_${seed}?dc=datacenter1`;
  const sources = (): string[] =>
    NAMES.flatMap((name) => [
      ...['--source', `${name === 'prices' ? name : `market-${name}`}=${places[name].url}?session=6000`],
    ]);
  const streamArgs = (): string[] => [
    ...['stream', ...sources(), '--tables', keyspace('market'), '--checkpoints', `file:${at('checkpoints')}`],
    ...['--checkpoint-interval', '1000', ...APP],
  ];
  const dump = async (name: string): Promise<readonly string[]> =>
    (
      await Promise.all(
        [...TABLES.map((table) => table.name), 'dead_letters'].map(async (table) =>
          (await linesOf(['tables', 'dump', table, '--tables', keyspace(name), ...APP])).map(
            (line) => `${table} ${line}`,
          ),
        ),
      )
    ).flat();

  before(() => {
    places = { sales: newTopic(kafka()), payments: newTopic(kafka()), prices: newTopic(kafka()) };
  });
  after(() => {
    for (const { child } of workers) child.kill('SIGKILL');
  });

  it('go on through each of them', async () => {
    const producerOf = (name: Name) => {
      const { brokers, topic, clock } = places[name];
      return kafkaProducer({ brokers, topic, clock, partitions: PARTITIONS });
    };
    const producers = {
      ...{ sales: await producerOf('sales'), payments: await producerOf('payments') },
      prices: await producerOf('prices'),
    };
    workers.push(start(streamArgs()), start(streamArgs()));
    let sent = 0;
    const sending = sendMarket(producers, RECORDS, PER_SECOND, seed, (now) => (sent = now));
    const outages = [
      { after: 0.2 + random() * 0.1, server: kafka },
      { after: 0.4 + random() * 0.1, server: cassandra },
      { after: 0.6 + random() * 0.1, server: kafka },
      { after: 0.8 + random() * 0.1, server: cassandra },
    ];
    let [isOver, kills] = [false, 0];
    void sending.catch(() => undefined).then(() => (isOver = true));
    while (!isOver || outages.length > 0) {
      await pause(2_000 + random() * 6_000);
      const [outage] = outages;
      if (outage !== undefined && sent >= RECORDS * outage.after) {
        outages.shift();
        const server = outage.server();
        say(`${sent} were sent: ${outage.server === kafka ? 'Kafka' : 'Cassandra'} is killed, and comes back`);
        await server.kill();
        await pause(random() * 4_000);
        await server.start();
        continue;
      }
      const n = Math.floor(random() * workers.length);
      const worker = workers[n];
      if (worker === undefined) continue;
      expect(await killHard(worker), `a worker ended by itself: ${worker.stderr().slice(-4_000)}`).to.equal(true);
      kills++;
      workers[n] = start(streamArgs());
    }
    await sending;
    for (const producer of Object.values(producers)) await producer.close();
    say(`${sent} were sent; workers were killed ${kills} times`);
    expect(kills, 'kills').to.be.greaterThan(3);
    for (const worker of workers)
      expect(await killHard(worker), `a worker ended by itself: ${worker.stderr().slice(-4_000)}`).to.equal(true);
    say('all workers were killed');
    await must([...streamArgs(), '--until-caught-up']);
    say('the rest was processed');
  }).timeout(3_600_000);

  it('have tables that are what the oracle says, row by row', async () => {
    const [sales, payments, prices] = await Promise.all([
      readTopic(places.sales).then((messages) => recordsOf<MarketSale>(messages)),
      readTopic(places.payments).then((messages) => recordsOf<SalePayment>(messages)),
      readTopic(places.prices).then((messages) => recordsOf<Price>(messages)),
    ]);
    expect(sales.length + payments.length + prices.length).to.be.at.least(RECORDS);
    const tables = cassandraTables({
      ...{ contactPoints: [`127.0.0.1:${cassandra().port}`], keyspace: `market_${seed}` },
      localDataCenter: 'datacenter1',
    });
    let wanted: MarketTables;
    try {
      wanted = await marketOracle({ sales, payments, prices }, PARTITIONS, tables);
    } finally {
      await tables.close();
    }
    say(`the oracle has ${wanted.accounts.size + wanted.symbols.size + wanted.worth.size} rows`);
    const found = await dump('market');
    const rowsOf = ({ name }: { readonly name: string }, key: string, figures: MarketTables['accounts']): string[] =>
      [...figures].map(([of, figure]) => `${name} ${JSON.stringify({ [key]: of, ...figure })}`);
    expectSameLines(
      found.filter((line) => !line.startsWith('dead_letters ')).toSorted(),
      [
        ...rowsOf(accountsTable, 'user', wanted.accounts),
        ...rowsOf(symbolsTable, 'symbol', wanted.symbols),
        ...rowsOf(worthTable, 'user', wanted.worth),
      ].toSorted(),
      'the tables',
    );
    const letters = found
      .filter((line) => line.startsWith('dead_letters '))
      .map((line) => JSON.parse(line.slice('dead_letters '.length)) as Readonly<Record<string, unknown>>)
      .map(({ pipeline, partition, offset, operator }) => [pipeline, partition, offset, operator].join(' '));
    expectSameLines(letters.toSorted(), [...wanted.letters].toSorted(), 'the dead letters');
    say(`${letters.length} records were late`);
  }).timeout(600_000);

  it('are the same in the batch, and reconcile finds no difference', async () => {
    const files = `file:${at('archive')}`;
    for (const name of NAMES)
      await must([
        ...['archive', '--source', `${name === 'prices' ? name : `market-${name}`}=${places[name].url}`],
        ...['--files', files, '--until-caught-up', ...APP],
      ]);
    say('all was archived');
    await must([
      ...['batch', '--files', files, '--tables', keyspace('batch'), '--checkpoints', `file:${at('batch-checkpoints')}`],
      ...['--to-end', ...APP],
    ]);
    expectSameLines(await dump('batch'), await dump('market'), 'the tables of the batch');
    say('the batch made the same tables');
    const ended = await must(['reconcile', '--files', files, '--tables', keyspace('market'), '--json', ...APP]);
    expect(lastLine(ended)).to.include({ ok: true, differences: 0, newer: 0 });
  }).timeout(1_800_000);
});
