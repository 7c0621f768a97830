import { map, type Observable } from 'rxjs';
import { describe, expect, test } from 'tstyche';
import { type limits, type Sale, sales, shelves, stock, type Stock } from '@stockafolio/conformance';
import {
  type Change,
  changelog,
  currentByKey,
  foldByKey,
  int64,
  into,
  joinAsOf,
  joinLatest,
  pipeline,
  record,
  type RecordOf,
  type Stream,
  topic,
} from '@stockafolio/core';

declare const changes: Observable<RecordOf<typeof stock>>;
declare const others: Observable<RecordOf<typeof limits>>;
declare const records: Observable<Sale>;
const Pieces = record('pieces', { pieces: int64() });

describe('changelog', () => {
  test('has changes, of which only the key is in all', () => {
    expect(stock).type.toBe<Stream<Change<Stock, readonly ['shop', 'item']>>>();
    changes.pipe(
      map(({ shop, pieces }) => {
        expect(shop).type.toBe<string>();
        expect(pieces).type.toBe<number | undefined>();
      }),
    );
    expect(changelog(topic(sales, { compactBy: ['user'] }))).type.toBe<Stream<Change<Sale, readonly ['user']>>>();
  });
});

describe('currentByKey', () => {
  test('emits the values of keys, and what was set last', () => {
    changes.pipe(
      currentByKey('c'),
      map(({ key, value, record: last }) => {
        expect(key).type.toBe<readonly [string, string]>();
        expect(value.pieces).type.toBe<number>();
        expect(value).type.not.toHaveProperty('shop');
        expect(last).type.toBe<Stock>();
      }),
    );
    changes.pipe(
      currentByKey('c', { keep: { state: Pieces, select: ({ pieces }) => ({ pieces }) } }),
      map(({ value }) => expect(value).type.toBe<{ readonly pieces: number }>()),
    );
  });

  test('goes into tables, joins and folds', () => {
    pipeline('p', { stock }, ({ stock }) => [into(shelves, stock.pipe(currentByKey('c')))]);
    changes.pipe(currentByKey('c'), joinLatest('j', others.pipe(currentByKey('d'))));
    changes.pipe(
      currentByKey('c'),
      foldByKey('f', {
        key: ({ key: [shop] }) => [shop],
        state: Pieces,
        fold: (sum, { value }) => void (sum.pieces += value.pieces),
        unfold: (sum, { value }) => void (sum.pieces -= value.pieces),
      }),
    );
  });

  test('keeps only what the state has', () => {
    // @ts-expect-error Property 'pieces' is missing in type
    changes.pipe(currentByKey('c', { keep: { state: Pieces, select: ({ note }) => ({ note }) } }));
  });

  test('has options for changelogs alone', () => {
    // @ts-expect-error only the records of a changelog() have current values
    records.pipe(currentByKey('c', { keepRemoved: 1 }));
  });
});

describe('joinAsOf', () => {
  test('gives the whole version of a changelog', () => {
    records.pipe(
      joinAsOf('j', changes, { key: ['user', 'item'], otherKey: ['shop', 'item'] }),
      map(({ right }) => expect(right).type.toBe<Stock>()),
    );
  });
});
