import { setTimeout as pause } from 'node:timers/promises';
import { isNoticed, type Sale, sale, Sale as SaleSchema } from '@stockafolio/conformance';
import { kafkaProducer } from '@stockafolio/connectors/kafka';
import { jsonCodec, keyBytes } from '@stockafolio/core';
import type { Producer } from '@stockafolio/core/ports';
import { useCassandra, useKafka } from '@stockafolio/servers/mocha';
import { expect } from 'chai';
import { newTopic, readTopic } from './support/kafka-place.js';
import { killHard } from './support/kill.js';
import { append } from './support/market-records.js';
import { expectNoticed, NOTICED_APP, NOTICING_APP } from './support/noticed-sales.js';
import { valueOf } from './support/read-log.js';
import { lastLine, must, start, type Running } from './support/run-command.js';
import { randomFrom, seedOf } from './support/seed.js';
import { tempFolder } from './support/temp-folder.js';

/** A million with LIVE_TRADES=1000000. */
const RECORDS = Number(process.env['LIVE_TRADES'] ?? 200_000);
/** They are sent for about two minutes, so that all faults happen meanwhile. */
const PER_SECOND = RECORDS / 120;
const USERS = 20_000;
const BATCH = 1_000;
const codec = jsonCodec(SaleSchema);

describe(`P3: ${RECORDS} records through a topic to the tables of another pipeline, through all common faults`, () => {
  const kafka = useKafka();
  const cassandra = useCassandra();
  const at = tempFolder();
  const seed = seedOf('topics under faults');
  const random = randomFrom(seed + 1);
  const begun = Date.now();
  const say = (text: string): void =>
    void process.stdout.write(`      ${Math.round((Date.now() - begun) / 1000)} s: ${text}\n`);
  const runs: { readonly args: readonly string[]; running: Running }[] = [];
  let topics: Record<'sales' | 'notices' | 'sums' | 'minutes', ReturnType<typeof newTopic>>;

  const keyspace = (name: string): string => `cassandra://127.0.0.1:${cassandra().port}/${name}_${seed}?dc=datacenter1`;
  const storesOf = (name: string): string[] => [
    ...['--tables', keyspace(name), '--checkpoints', `file:${at(`${name}-checkpoints`)}`],
    ...['--checkpoint-interval', '1000'],
  ];
  const writing = (): string[] => [
    ...['stream', '--source', `${topics.sales.url}?session=6000`, ...storesOf('writer'), ...NOTICING_APP],
    ...[
      '--topic',
      `notices=${topics.notices.url}?partitions=4`,
      '--topic',
      `item-sums=${topics.sums.url}?partitions=4`,
    ],
    ...['--topic', `minutes=${topics.minutes.url}?partitions=4`],
  ];
  const reading = (): string[] => [
    ...['stream', '--source', `${topics.notices.url}?session=6000`, ...storesOf('reader'), ...NOTICED_APP],
  ];

  before(() => {
    const topic = (): ReturnType<typeof newTopic> => newTopic(kafka());
    topics = { sales: topic(), notices: topic(), sums: topic(), minutes: topic() };
  });
  after(() => {
    for (const { running } of runs) running.child.kill('SIGKILL');
  });

  async function sendAll(producer: Producer, onSent: (count: number) => void): Promise<void> {
    const from = Date.now();
    for (let sent = 0; sent < RECORDS; sent += BATCH) {
      const batch = Array.from({ length: BATCH }, (_, n) => {
        const user = `u${Math.floor(random() * USERS)}`;
        const time = Date.now() - Math.floor(random() * 300);
        const record = sale({ user, item: `i${Math.floor(random() * 20)}`, amount: sent + n, time });
        return { key: keyBytes(user), value: codec.encode(record) };
      });
      await append(producer, batch);
      onSent(sent + BATCH);
      await pause(Math.max(0, (sent * 1_000) / PER_SECOND - (Date.now() - from)));
    }
  }

  it('go on through each of them', async () => {
    const producer = await kafkaProducer({ ...topics.sales, partitions: 4 });
    // The topics are made before they are read.
    await must([...writing(), '--until-caught-up']);
    for (const args of [writing(), writing(), reading(), reading()]) runs.push({ args, running: start(args) });
    let sent = 0;
    const sending = sendAll(producer, (count) => (sent = count));
    const outages = [
      { after: 0.2 + random() * 0.1, server: kafka },
      { after: 0.4 + random() * 0.1, server: cassandra },
      { after: 0.6 + random() * 0.1, server: kafka },
      { after: 0.8 + random() * 0.1, server: cassandra },
    ];
    let [isOver, kills] = [false, 0];
    void sending.catch(() => undefined).then(() => (isOver = true));
    while (!isOver || outages.length > 0) {
      await pause(2_000 + random() * 5_000);
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
      const run = runs[Math.floor(random() * runs.length)];
      if (run === undefined) continue;
      const said = run.running.stderr();
      expect(await killHard(run.running), `a process ended by itself: ${said.slice(-4_000)}`).to.equal(true);
      kills++;
      run.running = start(run.args);
    }
    await sending;
    await producer.close();
    say(`${sent} were sent; processes were killed ${kills} times`);
    expect(kills, 'kills').to.be.greaterThan(5);
    for (const { running } of runs)
      expect(await killHard(running), `a process ended by itself: ${running.stderr().slice(-4_000)}`).to.equal(true);
    await must([...writing(), '--until-caught-up']);
    await must([...reading(), '--until-caught-up']);
    say('the rest was processed');
  }).timeout(3_600_000);

  it('have each record once, in its order', async () => {
    const sales = (await readTopic(topics.sales)).map((message): Sale => {
      const { time, ...rest } = JSON.parse(valueOf(message)) as Omit<Sale, 'time'> & { readonly time: string };
      return { ...rest, time: new Date(time).getTime() };
    });
    expect(sales.length).to.be.at.least(RECORDS);
    const found = (await readTopic(topics.notices)).length;
    const wanted = sales.filter(isNoticed).length;
    expect(found, 'some are there twice').to.be.greaterThan(wanted);
    await expectNoticed(sales, keyspace('reader'));
    say(`${wanted} records, sent ${found} times, each count once`);
  }).timeout(600_000);

  it('are the same in the batch, and reconcile finds no difference', async () => {
    const files = `file:${at('archive')}`;
    await must(['archive', '--source', topics.notices.url, '--files', files, '--until-caught-up', ...NOTICED_APP]);
    const reconcile = ['reconcile', '--files', files, '--tables', keyspace('reader'), '--json', ...NOTICED_APP];
    expect(lastLine(await must(reconcile))).to.include({ ok: true, differences: 0, newer: 0 });
  }).timeout(1_800_000);
});
