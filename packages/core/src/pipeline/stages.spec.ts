import { expect } from 'chai';
import { map, type Observable } from 'rxjs';
import {
  foldByKey,
  type Infer,
  int64,
  into,
  joinLatest,
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
  type Update,
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

type Sums = Observable<Update<readonly [string], { readonly pieces: number }, unknown, unknown>>;

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

describe('an operator that streams alone reach', () => {
  const moved = stream('returns', Sale, { key: 'shop', time: (sale) => sale.time });
  const both = table('both', { partitionBy: ['shop'] }, { shop: text(), sold: int64(), returned: int64() });
  const joined = (left: Sums, right: Sums) =>
    left.pipe(
      joinLatest('both', right),
      map(({ key: [shop], value: { left: sold, right: returned } }) => ({
        ...{ shop, sold: sold.pieces, returned: returned.pieces },
      })),
    );
  const summed = (name: string) => foldByKey(name, { ...fold, key: ['shop'] });

  it('is behind a repartition if its values meet what comes after it, with its tables', () => {
    const made = pipeline('joined', { sales, returns: moved }, ({ sales: all, returns }) => {
      const returned = returns.pipe(summed('returned'));
      return [
        into(byShop, returned),
        into(both, joined(all.pipe(repartition('again', 'shop'), summed('sold')), returned)),
      ];
    });
    const named = stagesOf(made).map(({ streams, plan }) => ({
      streams: streams.map(({ name }) => name),
      operators: plan.operators.map(({ name }) => name),
      tables: plan.tables.map(({ name }) => name),
    }));
    expect(named).to.deep.equal([
      { streams: ['sales'], operators: [], tables: [] },
      { streams: ['returns', 'again'], operators: ['returned', 'sold', 'both'], tables: ['by_shop', 'both'] },
    ]);
  });

  it('is refused if its values go into a repartition, and meet what comes after it', () => {
    expect(() =>
      pipeline('round', { sales }, ({ sales: all }) => {
        const sold = all.pipe(summed('sold'));
        const again = sold.pipe(
          map(({ key: [shop], value: { pieces }, record: { time } }) => ({ shop, article: '', pieces, time })),
          repartition('again', { key: 'shop', schema: Sale, time: ({ time }) => time }),
          summed('again-sold'),
        );
        return [into(both, joined(sold, again))];
      }),
    ).to.throw(
      "pipeline 'round': what operator 'sold' emits goes into repartition 'again', and meets what comes after it: they are in other partitions",
    );
  });
});
