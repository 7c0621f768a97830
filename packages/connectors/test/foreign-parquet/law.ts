import {
  bigMoney,
  boolean,
  date,
  double,
  int32,
  int64,
  money,
  optional,
  record,
  text,
  timestamp,
} from '@stockafolio/core';

/**
 * The content of the files in this folder: every value follows from its row number. The scripts here, in the languages
 * of the writers, follow the same law.
 */
export const ROWS = 30;

export const Foreign = record('foreign', {
  id: text(),
  flag: boolean(),
  small: int32(),
  big: int64(),
  huge: int64({ range: 'full' }),
  ratio: double(),
  half: double(),
  price: money(),
  wide: bigMoney(),
  cents: money(),
  at: timestamp(),
  micros: timestamp(),
  day: date(),
  unsigned: int64(),
  note: optional(text()),
  maybe: optional(int32()),
});

/** The expected row `i`. */
export function rowOf(i: number): Readonly<Record<(typeof Foreign.names)[number], unknown>> {
  return {
    id: `t${i}`,
    flag: i % 3 === 0,
    small: i * 7 - 200,
    big: i * 1_000_003 - 50_000_000,
    huge: i % 2 === 0 ? -(2n ** 63n) + BigInt(i) : 2n ** 63n - 1n - BigInt(i),
    ratio: i / 8,
    half: i / 4,
    price: i * 12_345 - 500_000,
    wide: BigInt(i - 15) * 10n ** 30n + BigInt(i),
    cents: (i * 101 - 3000) * 100,
    at: 1_700_000_000_000 + i * 1001,
    micros: -5000 + i * 997,
    day: new Date((19_000 + i * 31) * 86_400_000).toISOString().slice(0, 10),
    unsigned: 4_000_000_000 + i,
    note: i % 4 === 0 ? undefined : `nöte ${i % 5}`,
    maybe: i % 3 === 0 ? undefined : i,
  };
}

export function lawfulRows(count = ROWS): ReturnType<typeof rowOf>[] {
  return Array.from({ length: count }, (_, i) => rowOf(i));
}
