import { changelog, int64, into, latestByKey, pipeline, record, table, text, topic } from '@stockafolio/core';
import { pipelineHarness } from '@stockafolio/testing';
import { expect } from 'chai';
import {
  counters,
  counting,
  largeSales,
  noticeCounts,
  notices,
  sold,
  soldArticles,
  soldNow,
  soldTopic,
  stockChanges,
} from './notices.js';
import type { Sale } from './sales.js';

const saleOf = (shop: string, article: string, pieces: number, time: number): Sale => ({
  ...{ shop, article, category: 'bread', pieces },
  ...{ price: 2_0000, time },
});
const day = [
  saleOf('east', 'rye', 200, 1_000),
  saleOf('west', 'rye', 3, 2_000),
  saleOf('east', 'bun', 100, 3_000),
  saleOf('east', 'rye', 1, 4_000),
];

describe('topics for others to read', () => {
  it('give another pipeline each record once, although some are sent again', async () => {
    const writer = pipelineHarness<Sale>(largeSales);
    writer.push(...day);
    await writer.commit();
    await writer.restart();
    await writer.commit();
    const sent = writer.sent(topic(notices), { repeats: true });
    expect(sent).to.have.length(4);
    const reader = pipelineHarness(counting);
    reader.receive(notices, sent);
    await reader.commit();
    expect(await reader.rows(noticeCounts)).to.deep.equal([{ shop: 'east', notices: 2 }]);
  });

  it('that are compacted give the newest figures, with repeats, and without what was replaced', async () => {
    const writer = pipelineHarness<Sale>(sold);
    writer.push(...day);
    await writer.commit();
    await writer.restart();
    await writer.commit();
    const sent = writer.sent(soldTopic, { repeats: true });
    expect(sent).to.have.length(8);
    const Latest = record('latest', { pieces: int64() });
    const stock = table(
      'stock',
      { partitionBy: ['shop'], clusterBy: ['article'] },
      {
        ...{ shop: text(), article: text() },
        ...Latest.fields,
      },
    );
    const latest = pipeline('latest', { changes: stockChanges }, ({ changes }) => [
      into(
        stock,
        changes.pipe(
          latestByKey('latest', {
            key: ['shop', 'article'],
            state: Latest,
            fold: (state, { pieces }) => void (state.pieces = pieces),
          }),
        ),
      ),
    ]);
    const rowsOf = async (messages: typeof sent): Promise<object[]> => {
      const reader = pipelineHarness(latest);
      reader.receive(stockChanges, messages);
      await reader.commit();
      return reader.rows(stock);
    };
    const wanted = [
      { shop: 'east', article: 'bun', pieces: 100 },
      { shop: 'east', article: 'rye', pieces: 201 },
      { shop: 'west', article: 'rye', pieces: 3 },
    ];
    expect(await rowsOf(sent)).to.deep.equal(wanted);
    const newest = sent.filter(({ key }, n) => !sent.slice(n + 1).some((later) => later.key === key));
    expect(newest).to.have.length(3);
    expect(await rowsOf(newest)).to.deep.equal(wanted);
  });

  it('that are read as changelogs lose what a tombstone of any producer removes', async () => {
    const writer = pipelineHarness<Sale>(sold);
    writer.push(...day);
    await writer.commit();
    const reader = pipelineHarness(counters);
    const topic = changelog(soldTopic);
    reader.receive(topic, writer.sent(soldTopic));
    await reader.commit();
    expect((await reader.rows(soldNow)).map(({ article, pieces }) => [article, pieces])).to.deep.equal([
      ['bun', 100],
      ['rye', 201],
      ['rye', 3],
    ]);
    const rye = writer.sent(soldTopic).filter(({ key }) => key === 'east\u0000rye');
    reader.receive(
      topic,
      rye.map((sent) => ({ ...sent, record: undefined, headers: {}, timestamp: 5_000 })),
    );
    // A writer that was killed sends again what it has sent.
    reader.receive(topic, writer.sent(soldTopic));
    await reader.commit();
    expect((await reader.rows(soldNow)).map(({ shop, article }) => [shop, article])).to.deep.equal([
      ['east', 'bun'],
      ['west', 'rye'],
    ]);
    expect(await reader.rows(soldArticles)).to.deep.equal([
      { shop: 'east', articles: 1 },
      { shop: 'west', articles: 1 },
    ]);
  });
});
