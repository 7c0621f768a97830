/**
 * How many trades per second go from Kafka through the whole of Stockafolio, without a sink and into Cassandra, in one
 * process and in two, started as `stream --workers` starts them? The runs alternate with kafkajs, which consumes and
 * parses the same topic in one process. All servers are on this machine; starting and joining the group are not
 * counted.
 *
 * node --import tsx benchmarks/live/index.ts [TRADES] [TRADES_INTO_CASSANDRA] [ROUNDS]
 */
import { startCassandra, startKafka } from '@stockafolio/servers';
import { KafkajsAlone } from '../kafka/kafkajs-alone.js';
import { median, printTable } from '../measure.js';
import { fillTopic, runWorkers, type Measured } from './workers.js';

const TRADES = Number(process.argv[2] ?? 1_000_000);
const INTO_CASSANDRA = Number(process.argv[3] ?? 200_000);
const ROUNDS = Number(process.argv[4] ?? 3);
const kafka = await startKafka();
const cassandra = await startCassandra();
const alone = new KafkajsAlone(kafka.port);

const stream = (workers: number, topic: string, count: number, sink = {}): Promise<Measured> =>
  runWorkers({ kafka, topic, count, workers, ...sink });

async function parse(topic: string): Promise<Measured> {
  const [began, before] = [performance.now(), process.cpuUsage()];
  await alone.consume(topic, TRADES);
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(before);
  return { rate: TRADES / seconds, cpu: (user + system) / TRADES, rows: 0 };
}

try {
  await fillTopic(kafka, 'long', TRADES);
  await fillTopic(kafka, 'short', INTO_CASSANDRA);
  const ways: Readonly<Record<string, () => Promise<Measured>>> = {
    'kafkajs and JSON.parse, 1 process': () => parse('long'),
    'without a sink, 1 process': () => stream(1, 'long', TRADES),
    'without a sink, 2 processes': () => stream(2, 'long', TRADES),
    'into Cassandra, 1 process': () => stream(1, 'short', INTO_CASSANDRA, { cassandra }),
    'into Cassandra, 2 processes': () => stream(2, 'short', INTO_CASSANDRA, { cassandra }),
  };
  const measured = new Map<string, Measured[]>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, way] of Object.entries(ways)) measured.set(name, [...(measured.get(name) ?? []), await way()]);
  }
  const of = (name: string, what: (one: Measured) => number): number => median((measured.get(name) ?? []).map(what));
  printTable(
    [
      'from Kafka, commits every 20 ms, figures every second',
      'trades/s',
      'microseconds of CPU a trade',
      'trades/s of one core',
      'rows a trade',
    ],
    Object.keys(ways).map((name) => [
      name,
      of(name, ({ rate }) => rate).toFixed(0),
      of(name, ({ cpu }) => cpu).toFixed(1),
      (1e6 / of(name, ({ cpu }) => cpu)).toFixed(0),
      (of(name, ({ rows }) => rows) / (name.startsWith('into') ? INTO_CASSANDRA : TRADES)).toFixed(2),
    ]),
  );
  for (const processes of ['1 process', '2 processes']) {
    const ratios = (measured.get(`without a sink, ${processes}`) ?? []).map(
      ({ rate }, round) => rate / (measured.get('kafkajs and JSON.parse, 1 process')?.[round]?.rate ?? Number.NaN),
    );
    console.log(`ratio without a sink, ${processes}: ${median(ratios).toFixed(2)} (goal 0.80)`);
  }
} finally {
  await kafka.close();
  await cassandra.close();
}
