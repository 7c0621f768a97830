import { expect } from 'chai';
import {
  foldByKey,
  type Infer,
  int64,
  into,
  type Pipeline,
  pipeline,
  record,
  repartition,
  shard,
  shardedFold,
  stream,
  table,
  text,
  timestamp,
} from '../index.js';
import { stagesOf } from './stages.js';

const Sale = record('sale', { shop: text(), article: text(), pieces: int64(), time: timestamp() });
const sales = stream('sales', Sale, { key: 'shop', time: (sale) => sale.time });
const Sold = record('sold', { pieces: int64() });
const fold = {
  state: Sold,
  fold: (sold: { pieces: number }, { pieces }: Infer<typeof Sale>): void => void (sold.pieces += pieces),
};
const byShop = table('by_shop', { partitionBy: ['shop'] }, { shop: text(), pieces: int64() });
const byArticle = table('by_article', { partitionBy: ['article'] }, { article: text(), pieces: int64() });
const parts = table(
  'parts',
  { partitionBy: ['article'], clusterBy: ['shard'] },
  { article: text(), shard: shard(), pieces: int64() },
);
const lines = table('lines', { partitionBy: ['shop'], clusterBy: ['time'] }, Sale.fields);

/** The partitioners of what the stages of a pipeline read. */
const partitioners = (of: Pipeline): unknown[] => stagesOf(of).map(({ stream: { partitioner } }) => partitioner);

describe('the first stage of a pipeline', () => {
  it('reads records wherever they are if it only sends them on, and keeps sharded sums', () => {
    const free = pipeline('free', { sales }, ({ sales: all }) => [
      into(
        byArticle,
        all.pipe(repartition('articles', 'article'), foldByKey('articles-sold', { ...fold, key: ['article'] })),
      ),
      into(parts, all.pipe(shardedFold('parts', { ...fold, key: ['article'] }))),
    ]);
    expect(partitioners(free)).to.deep.equal([undefined, 'murmur2']);
    expect(free.stream.partitioner).to.equal('murmur2');
  });

  it('reads them where their keys belong if it keeps something of a key, or writes rows of one', () => {
    const kept = pipeline('kept', { sales }, ({ sales: all }) => [
      into(
        byArticle,
        all.pipe(repartition('articles', 'article'), foldByKey('articles-sold', { ...fold, key: ['article'] })),
      ),
      into(byShop, all.pipe(foldByKey('shops-sold', { ...fold, key: ['shop'] }))),
    ]);
    expect(partitioners(kept)).to.deep.equal(['murmur2', 'murmur2']);
    const written = pipeline('written', { sales }, ({ sales: all }) => [
      into(
        byArticle,
        all.pipe(repartition('articles', 'article'), foldByKey('articles-sold', { ...fold, key: ['article'] })),
      ),
      into(lines, all),
    ]);
    expect(partitioners(written)).to.deep.equal(['murmur2', 'murmur2']);
    const plain = pipeline('plain', { sales }, ({ sales: all }) => [
      into(parts, all.pipe(shardedFold('parts', { ...fold, key: ['article'] }))),
    ]);
    expect(partitioners(plain)).to.deep.equal(['murmur2']);
  });
});
