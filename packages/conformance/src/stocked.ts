import { filter, map } from 'rxjs';
import {
  changelog,
  currentByKey,
  foldByKey,
  type Infer,
  int64,
  into,
  joinLatest,
  optional,
  pipeline,
  record,
  stream,
  table,
  text,
  timestamp,
  topic,
} from '@stockafolio/core';

/** What a shop has of an item: messages of a compacted topic, of which one without a value removes the item. */
export const Stock = record('stock', {
  shop: text({ min: 1 }),
  item: text({ min: 1 }),
  pieces: int64(),
  note: optional(text()),
  time: timestamp(),
});
export type Stock = Infer<typeof Stock>;
export const stockStream = stream('stock', Stock, { key: 'shop', time: (stock) => stock.time });
export const stockTopic = topic(stockStream, { compactBy: ['shop', 'item'] });
export const stock = changelog(stockTopic);

/** How much of an item a shop may have: another topic of the same kind. */
export const Limit = record('limit', { shop: text(), item: text(), most: int64(), time: timestamp() });
export type Limit = Infer<typeof Limit>;
export const limitTopic = topic(stream('limits', Limit, { key: 'shop', time: (limit) => limit.time }), {
  compactBy: ['shop', 'item'],
});
export const limits = changelog(limitTopic);

const shopItem = { partitionBy: ['shop'], clusterBy: ['item'] } as const;
const key = { shop: text(), item: text() };

/** The items that are there. */
export const shelves = table('shelves', shopItem, {
  ...key,
  pieces: int64(),
  note: optional(text()),
  time: timestamp(),
});
/** Those of which there are many, by functions of RxJS. */
export const plenty = table('plenty', shopItem, { ...key, pieces: int64() });
/** By how many pieces there are, the last item that came to have as many. */
export const byPieces = table(
  'by_pieces',
  { partitionBy: ['shop'], clusterBy: ['pieces', 'item'] },
  { ...key, pieces: int64() },
);
/** What a shop has in all. */
export const shopStock = table(
  'shop_stock',
  { partitionBy: ['shop'] },
  { shop: text(), items: int64(), pieces: int64() },
);
/** Items and their limits. */
export const room = table('room', shopItem, { ...key, pieces: optional(int64()), most: optional(int64()) });
/** The same, of items that have both. */
export const bounded = table('bounded', shopItem, { ...key, pieces: int64(), most: int64() });

export const isPlenty = (pieces: number): boolean => pieces >= 5;

/** Sends on what is there. */
export const forwardTopic = topic(stream('forward', Stock, { key: 'shop', time: (each) => each.time }), {
  compactBy: ['shop', 'item'],
});
/** Those of which there are many, with another key. */
export const PlentyItem = record('plenty_item', { shop: text(), item: text(), pieces: int64(), time: timestamp() });
export const plentyTopic = topic(stream('plenty-items', PlentyItem, { key: 'shop', time: (each) => each.time }), {
  compactBy: ['shop', 'pieces', 'item'],
});

export const ShopStock = record('shop_stock', { items: int64(), pieces: int64() });

/** Reads both topics as changelogs, and does with them all that can be done. */
export const stocking = pipeline('stocking', { stock, limits }, ({ stock, limits }) => {
  const there = stock.pipe(currentByKey('there'));
  const most = limits.pipe(
    currentByKey('most', { keep: { state: record('most', { most: int64() }), select: ({ most }) => ({ most }) } }),
  );
  const rows = there.pipe(map(({ key: [shop, item], value: { pieces } }) => ({ shop, item, pieces })));
  return [
    into(shelves, there),
    into(plenty, rows.pipe(filter(({ pieces }) => isPlenty(pieces)))),
    into(byPieces, rows),
    into(
      shopStock,
      there.pipe(
        foldByKey('shop-stock', {
          key: ({ key: [shop] }) => [shop],
          state: ShopStock,
          fold: (sum, { value: { pieces } }) => {
            sum.items += 1;
            sum.pieces += pieces;
          },
          unfold: (sum, { value: { pieces } }) => {
            sum.items -= 1;
            sum.pieces -= pieces;
          },
        }),
      ),
    ),
    into(
      room,
      there.pipe(
        joinLatest('room', most, { kind: 'outer' }),
        map(({ key: [shop, item], value: { left, right } }) => ({
          shop,
          item,
          pieces: left?.pieces,
          most: right?.most,
        })),
      ),
    ),
    into(
      bounded,
      there.pipe(
        joinLatest('bounded', most),
        map(({ key: [shop, item], value: { left, right } }) => ({ shop, item, pieces: left.pieces, most: right.most })),
      ),
    ),
    into(forwardTopic, there),
    into(
      plentyTopic,
      there.pipe(
        filter(({ value: { pieces } }) => isPlenty(pieces)),
        map(({ key: [shop, item], value: { pieces, time } }) => ({ shop, item, pieces, time })),
      ),
    ),
  ];
});

export const shelvedTopic = topic(stream('shelved', Stock, { key: 'shop', time: (each) => each.time }), {
  compactBy: ['shop', 'item'],
});

/** Reads the stock alone. */
export const shelving = pipeline('shelving', { stock }, ({ stock }) => {
  const there = stock.pipe(currentByKey('there'));
  return [
    into(shelves, there),
    into(
      plenty,
      there.pipe(
        filter(({ value: { pieces } }) => isPlenty(pieces)),
        map(({ key: [shop, item], value: { pieces } }) => ({ shop, item, pieces })),
      ),
    ),
    into(shelvedTopic, there),
  ];
});
