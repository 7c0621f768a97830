import { useKafka } from '@stockafolio/servers/mocha';
import { expect } from 'chai';
import kafkajs from 'kafkajs';
import { dump, dumpTable } from './support/dumps.js';
import { newTopic, readTopic } from './support/kafka-place.js';
import { must } from './support/run-command.js';
import { tempFolder } from './support/temp-folder.js';

/** A message of the first Stockafolio: New York time, `sold`, prices as it had them, and no id. */
const message = (user: string, stock: string, quantity: number, price: unknown, type: string, time: string): string =>
  JSON.stringify({
    timestamp: time,
    uuid_trade: user,
    traded_stock: stock,
    traded_stock_price: price,
    traded_quantity: quantity,
    trade_type: type,
    traded_stock_sector: stock === 'XOM' ? 'Energy' : 'Information Technology',
  });

const written = [
  message('ann', 'AAPL', 10, 120.5, 'buy', '2017-01-20 10:00:00'),
  message('ann', 'AAPL', 4, '121.0000', 'sold', '2017-01-20 10:00:01'),
  message('bob', 'XOM', 3, 86, 'sold', '2017-01-20 10:00:01'),
  message('ann', 'XOM', 1, 86.25, 'buy', '2017-07-20 10:00:02'),
];

describe("the first Stockafolio's messages, on Kafka", () => {
  const at = tempFolder();
  const kafka = useKafka();

  it('become the portfolios that were computed by hand', async () => {
    const { url, ...place } = newTopic(kafka());
    const client = new kafkajs.Kafka({ brokers: [...place.brokers], logLevel: kafkajs.logLevel.NOTHING });
    const admin = client.admin();
    await admin.connect();
    const configEntries = [{ name: 'retention.ms', value: '-1' }];
    await admin.createTopics({ topics: [{ topic: place.topic, numPartitions: 4, configEntries }] });
    await admin.disconnect();
    const producer = client.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await producer.connect();
    const messages = written.map((value) => ({ key: (JSON.parse(value) as { uuid_trade: string }).uuid_trade, value }));
    await producer.send({ topic: place.topic, messages: [...messages, { key: 'ann', value: '{"timestamp":"?"}' }] });
    await producer.disconnect();

    await must([
      ...['stream', '--source', url, '--format', 'original', '--tables', `embedded:${at('tables')}`],
      ...['--checkpoints', `file:${at('checkpoints')}`, '--until-caught-up'],
    ]);
    const rows = async (table: string): Promise<unknown[]> =>
      (await dumpTable(at('tables'), table)).map((line) => JSON.parse(line) as unknown);
    // 10 at 120.50 cost 1,205; the sale of 4 at 121 removes 482 of it, and realizes 484 - 482 = 2.
    expect(await rows('positions')).to.deep.equal([
      {
        ...{ user: 'ann', symbol: 'AAPL', sector: 'Information Technology', quantity: 6 },
        ...{ cost: '723.0000', realized: '2.0000', last_time: '2017-01-20T15:00:01.000Z' },
      },
      {
        ...{ user: 'ann', symbol: 'XOM', sector: 'Energy', quantity: 1 },
        // New York is four hours behind in summer, five in winter.
        ...{ cost: '86.2500', realized: '0.0000', last_time: '2017-07-20T14:00:02.000Z' },
      },
      {
        ...{ user: 'bob', symbol: 'XOM', sector: 'Energy', quantity: -3 },
        ...{ cost: '-258.0000', realized: '0.0000', last_time: '2017-01-20T15:00:01.000Z' },
      },
    ]);
    const ids = (await rows('trades_by_user')) as { user: string; id: string }[];
    const places = (await readTopic(place)).filter(({ value }) => String(value).includes('uuid_trade'));
    expect(ids.map(({ id }) => id).sort()).to.deep.equal(
      places.map(({ partition, offset }) => `${partition}-${offset}`).sort(),
    );
    expect((await dump(at('tables'))).filter((line) => line.startsWith('{"table":"dead_letters"'))).to.have.length(1);
  });
});
