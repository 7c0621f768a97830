import { useKafka } from '@stockafolio/servers/mocha';
import { kafkaProducer } from '@stockafolio/connectors/kafka';
import { expect } from 'chai';
import { newTopic, readTopic } from './support/kafka-place.js';
import { must } from './support/run-command.js';
import { randomFrom, seedOf } from './support/seed.js';
import { tempFolder } from './support/temp-folder.js';
import { APP, expectInOrder, sendBoth, sourceArgs, streamKilled, type TwoStreams } from './support/two-streams.js';

describe('several streams, as topics of Kafka', () => {
  const at = tempFolder();
  const kafka = useKafka();
  const seed = seedOf('several topics');

  it('have one order, however often the stream is killed', async () => {
    const place = (): TwoStreams['orders'] => {
      const { url, ...topic } = newTopic(kafka());
      // A killed member must be missed soon.
      return {
        url: `${url}?session=2000`,
        producer: () => kafkaProducer({ ...topic, partitions: 3 }),
        read: () => readTopic(topic),
      };
    };
    const both = { orders: place(), payments: place() };
    for (const each of [both.orders, both.payments]) await (await each.producer()).close();
    const args = [
      ...['stream', ...sourceArgs(both), '--tables', `embedded:${at('tables')}`],
      ...['--checkpoints', `file:${at('checkpoints')}`, '--checkpoint-interval', '200', ...APP],
    ];
    const killed = await streamKilled(args, sendBoth(both, 12_000, seed), randomFrom(seed + 1));
    expect(killed, 'kills').to.be.greaterThan(2);
    await must([...args, '--until-caught-up']);
    await expectInOrder(both, at('tables'));
  });
});
