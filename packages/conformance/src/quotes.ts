import {
  changelog,
  currentByKey,
  type Infer,
  int64,
  into,
  pipeline,
  record,
  stream,
  table,
  text,
  timestamp,
  topic,
} from '@stockafolio/core';

/** The price of a symbol, in a topic that any producer writes: its key is the symbol. */
export const Quote = record('quote', { symbol: text({ min: 1 }), cents: int64(), time: timestamp() });
export type Quote = Infer<typeof Quote>;

const keyed = { key: 'symbol', time: (quote: Quote) => quote.time } as const;
export const pricesTopic = topic(stream('prices', Quote, keyed), { compactBy: ['symbol'] });
/** The same, as the first pipeline sends it on. */
export const listedTopic = topic(stream('listed', Quote, keyed), { compactBy: ['symbol'] });

const columns = { symbol: text(), cents: int64() };
export const listed = table('listed', { partitionBy: ['symbol'] }, columns);
export const copied = table('copied', { partitionBy: ['symbol'] }, columns);

/** Lists what has a price, and sends it on. */
export const listing = pipeline('listing', { prices: changelog(pricesTopic) }, ({ prices }) => {
  const current = prices.pipe(currentByKey('current'));
  return [into(listed, current), into(listedTopic, current)];
});

/** Reads what the first pipeline has sent. */
export const copying = pipeline('copying', { listed: changelog(listedTopic) }, ({ listed }) => [
  into(copied, listed.pipe(currentByKey('copied'))),
]);
