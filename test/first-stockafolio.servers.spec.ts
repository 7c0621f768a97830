import { useKafka } from '@stockafolio/servers/mocha';
import { expect } from 'chai';
import kafkajs from 'kafkajs';
import { dumpTable } from './support/dumps.js';
import { newTopic } from './support/kafka-place.js';
import { must, run } from './support/run-command.js';
import { seedOf } from './support/seed.js';
import { tempFolder } from './support/temp-folder.js';

const TRADES = 2_000;
const PARTITIONS = 3;

interface Message {
  readonly timestamp: string;
  readonly uuid_trade: string;
  readonly traded_stock: string;
  readonly traded_stock_price: number;
  readonly traded_quantity: number;
  readonly trade_type: 'buy' | 'sold';
  readonly traded_stock_sector: string;
}

/** Messages like those of the first Stockafolio's producer: Gaussian prices with every digit of a double. */
function messagesOf(seed: number): Message[] {
  let state = (seed >>> 0) | 1;
  const random = (): number => {
    state = Math.imul(state, 1_664_525) + 1_013_904_223;
    return (state >>> 0) / 2 ** 32;
  };
  const gauss = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const stocks = [
    ['AAPL', 'Information Technology', 120],
    ['XOM', 'Energy', 86],
    ['JPM', 'Financials', 85],
  ] as const;
  return Array.from({ length: TRADES }, (_, n) => {
    const [stock, sector, price] = stocks[Math.floor(random() * stocks.length)] ?? stocks[0];
    const second = 36_000 + Math.floor(n / 10);
    const clock = [Math.floor(second / 3_600), Math.floor(second / 60) % 60, second % 60];
    return {
      timestamp: `2017-01-20 ${clock.map((part) => String(part).padStart(2, '0')).join(':')}`,
      uuid_trade: `user-${Math.floor(random() * 40)}`,
      traded_stock: stock,
      traded_stock_price: price + gauss(),
      traded_quantity: 1 + Math.floor(random() * 100),
      trade_type: random() < 0.5 ? 'buy' : 'sold',
      traded_stock_sector: sector,
    };
  });
}

/** Shares by user and symbol, and their volume in units of 1e-4 dollars, computed from the digits of each price. */
function expectedOf(messages: readonly Message[]): { quantities: Map<string, number>; values: Map<string, bigint> } {
  const quantities = new Map<string, number>();
  const values = new Map<string, bigint>();
  for (const { uuid_trade: user, traded_stock: symbol, traded_stock_price: price, ...rest } of messages) {
    const [whole = '', decimals = ''] = String(price).split('.');
    const scaled = BigInt(whole + decimals) * 10_000n;
    const divisor = 10n ** BigInt(decimals.length);
    const [units, twice] = [scaled / divisor, 2n * (scaled % divisor)];
    const rounded = twice > divisor || (twice === divisor && units % 2n === 1n) ? units + 1n : units;
    const sign = rest.trade_type === 'buy' ? 1 : -1;
    const key = `${user} ${symbol}`;
    quantities.set(key, (quantities.get(key) ?? 0) + sign * rest.traded_quantity);
    values.set(user, (values.get(user) ?? 0n) + rounded * BigInt(rest.traded_quantity));
  }
  return { quantities, values };
}

describe("what the first Stockafolio's own producer sends, through Kafka", () => {
  const at = tempFolder();
  const kafka = useKafka();
  const seed = seedOf('first Stockafolio');
  const messages = messagesOf(seed);

  /** A topic with these messages, and the keys from a function; returns its URL. */
  async function filled(keyOf: (message: Message) => string | null): Promise<string> {
    const { url, ...place } = newTopic(kafka());
    const client = new kafkajs.Kafka({ brokers: [...place.brokers], logLevel: kafkajs.logLevel.NOTHING });
    const admin = client.admin();
    await admin.connect();
    const configEntries = [{ name: 'retention.ms', value: '-1' }];
    await admin.createTopics({ topics: [{ topic: place.topic, numPartitions: PARTITIONS, configEntries }] });
    await admin.disconnect();
    const producer = client.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await producer.connect();
    await producer.send({
      topic: place.topic,
      messages: messages.map((message) => ({ key: keyOf(message), value: JSON.stringify(message) })),
    });
    await producer.disconnect();
    return url;
  }

  const stream = (name: string, url: string): string[] => [
    ...['stream', '--source', url, '--format', 'original', '--tables', `embedded:${at(`${name}-tables`)}`],
    ...['--checkpoints', `file:${at(`${name}-checkpoints`)}`, '--until-caught-up', '--json'],
  ];

  it('is rejected without keys, at every start, with the ways out, by the stream and by the archiver', async () => {
    const url = await filled(() => null);
    for (let start = 0; start < 2; start++) {
      const { code, stderr } = await run(stream('unkeyed', url));
      expect(code, stderr).to.equal(2);
      expect(stderr)
        .to.contain('ERR_PARTITION_MISMATCH')
        .and.to.contain('--partitioner crc32')
        .and.to.contain('keyedBy');
    }
    const archived = await run([
      ...['archive', '--source', url, '--format', 'original', '--files', `file:${at('unkeyed-archive')}`],
      '--until-caught-up',
    ]);
    expect(archived.code, archived.stderr).to.equal(2);
    expect(archived.stderr).to.contain('ERR_PARTITION_MISMATCH');
    expect(await dumpTable(at('unkeyed-tables'), 'positions')).to.deep.equal([]);
  });

  it('becomes, with keys, the portfolios of its trades, to the last digit, and none is dead-lettered', async () => {
    const url = await filled(({ uuid_trade: user }) => user);
    await must(stream('keyed', url));
    const rows = async (table: string): Promise<Record<string, unknown>[]> =>
      (await dumpTable(at('keyed-tables'), table)).map((line) => JSON.parse(line) as Record<string, unknown>);
    const { quantities, values } = expectedOf(messages);
    const positions = await rows('positions');
    expect(
      new Map(positions.map((row) => [`${String(row['user'])} ${String(row['symbol'])}`, row['quantity']])),
    ).to.deep.equal(new Map(quantities));
    const units = (text: unknown): bigint => BigInt(String(text).replace('.', ''));
    const totals = await rows('user_totals');
    expect(new Map(totals.map((row) => [String(row['user']), units(row['value'])]))).to.deep.equal(values);
    expect(await dumpTable(at('keyed-tables'), 'dead_letters')).to.deep.equal([]);
  });
});
