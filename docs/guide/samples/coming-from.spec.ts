import { readFile } from 'node:fs/promises';
import {
  hoppingWindow,
  type Infer,
  int64,
  joinAsOf,
  joinWithin,
  minutes,
  record,
  seconds,
  sessionWindow,
  slidingWindow,
  stream,
  text,
  timestamp,
  tumblingWindow,
  whenFinal,
} from '@stockafolio/core';
import * as core from '@stockafolio/core';
import * as batch from '@stockafolio/runner-batch';
import * as testing from '@stockafolio/testing';
import { marbles, pipelineHarness, trace } from '@stockafolio/testing';
import { expect } from 'chai';
import * as rxjs from 'rxjs';
import { filter, map, type Observable } from 'rxjs';
import { debounced, lastSales, quiet, quietMinutes } from './coming-from.js';
import type { Sale } from './sales.js';

const noon = Date.UTC(2026, 0, 5, 12);
const sale = (second: number, article = 'rye', shop = 'harbour'): Sale => ({
  ...{ shop, article, category: 'bread', pieces: 1, price: 3_5000, time: noon + seconds(second) },
});

const Tick = record('tick', { side: text(), time: timestamp() });
type Tick = Infer<typeof Tick>;
const Count = record('count', { n: int64() });
const ticks = stream('ticks', Tick, { key: 'side', time: (t) => t.time, outOfOrderness: 0 });
/** Records of one key at these times, and one of another key, which only moves the watermark, at those with a minus. */
const at = (...times: number[]) =>
  times.map((time) => ({
    ...{ symbol: String(time), kind: 'record' as const },
    record: { side: Object.is(time, -0) || time < 0 ? '' : 'k', time: Math.abs(time) },
  }));
const count = { key: ['side'], state: Count, fold: (count: { n: number }): void => void (count.n += 1) } as const;
const merge = (into: { n: number }, from: { n: number }): void => void (into.n += from.n);
const ofKey = (records: Observable<Tick>): Observable<Tick> => records.pipe(filter(({ side }) => side === 'k'));

describe('coming from another system', () => {
  it('suppresses windows until they are final, and filters them', async () => {
    const harness = pipelineHarness<Sale>(quiet, { partitions: 1 });
    const minutesOf = async (): Promise<unknown> => {
      await harness.commit();
      return (await harness.rows(quietMinutes)).map(({ minute, sales }) => [(minute - noon) / minutes(1), sales]);
    };
    harness.push(...Array.from({ length: 10 }, (_, n) => sale(n)), sale(70), sale(80));
    harness.idle();
    expect(await minutesOf()).to.deep.equal([]);
    // Sales may be five seconds late, and are allowed half a minute more.
    harness.push(sale(120 + 35));
    expect(await minutesOf()).to.deep.equal([[1, 2]]);
  });

  it('debounces each key', async () => {
    const harness = pipelineHarness<Sale>(debounced, { partitions: 1 });
    harness.push(sale(0), sale(15, 'bun'), sale(14, 'late'), sale(36, 'roll'), sale(100, 'rye', 'station'));
    await harness.commit();
    const rows = (await harness.rows(lastSales)).filter(({ shop }) => shop === 'harbour');
    expect(rows.map(({ article, time }) => [article, (time - noon) / seconds(1)])).to.deep.equal([
      ['bun', 35],
      ['roll', 56],
    ]);
  });

  it('closes a window with the record at its end, and final values have its last millisecond', async () => {
    const finals = (...times: number[]): Promise<unknown[]> =>
      trace(ticks, at(...times), (records) =>
        ofKey(records).pipe(
          tumblingWindow('w', { ...count, size: 10 }),
          whenFinal(),
          tumblingWindow('of-final', { ...count, key: ({ key }) => key, size: 1 }),
          whenFinal(),
          map(({ window: { start } }) => start),
        ),
      ).then((emitted) => emitted.map(({ value }) => value));
    expect(await finals(1, -9)).to.deep.equal([]);
    expect(await finals(1, -10)).to.deep.equal([9]);
  });

  it('keeps records exactly a gap apart in two sessions', async () => {
    const sessions = async (...times: number[]): Promise<unknown[]> => {
      const emitted = await trace(ticks, at(...times, -100), (records) =>
        ofKey(records).pipe(sessionWindow('s', { ...count, merge, gap: 10 }), whenFinal()),
      );
      return emitted.map(({ value }) => value.value.n);
    };
    expect(await sessions(0, 10)).to.deep.equal([1, 1]);
    expect(await sessions(0, 9)).to.deep.equal([2]);
  });

  it('leaves a record exactly `size` older out of a sliding window', async () => {
    const figures = async (...times: number[]): Promise<unknown[]> => {
      const emitted = await trace(ticks, at(...times), (records) =>
        ofKey(records).pipe(slidingWindow('s', { ...count, merge, size: 10 })),
      );
      return emitted.map(({ value }) => value.value.n);
    };
    expect(await figures(0, 10)).to.deep.equal([1, 1]);
    expect(await figures(0, 9)).to.deep.equal([1, 2]);
  });

  it('has windows before 1970', async () => {
    const emitted = await trace(ticks, at(1, -100), (records) =>
      ofKey(records).pipe(hoppingWindow('h', { ...count, size: 10, step: 5 }), whenFinal()),
    );
    expect(emitted.map(({ value }) => value.window.start)).to.deep.equal([-5, 0]);
  });

  it('joins at both bounds of an interval, and gives the version of the time at once', async () => {
    const Side = record('side', { key: text(), side: text(), time: timestamp() });
    const sides = stream('sides', Side, { key: 'key', time: (s) => s.time });
    const of = (line: string) =>
      marbles(
        line,
        { l: (time) => ({ key: 'k', side: 'l', time }), r: (time) => ({ key: 'k', side: 'r', time }) },
        { frame: 1 },
      );
    const keys = { key: ['key'], otherKey: ['key'] } as const;
    const kept = { state: Side, select: (side: Infer<typeof Side>) => side };
    const part = (records: Observable<Infer<typeof Side>>, side: string) =>
      records.pipe(filter((each) => each.side === side));
    const pairs = async (line: string): Promise<number> =>
      (
        await trace(sides, of(line), (records) =>
          part(records, 'l').pipe(
            joinWithin('j', part(records, 'r'), { ...keys, before: 2, after: 3, left: kept, right: kept }),
          ),
        )
      ).length;
    expect([await pairs('r-l'), await pairs('r--l')]).to.deep.equal([1, 0]);
    expect([await pairs('l--r'), await pairs('l---r')]).to.deep.equal([1, 0]);

    const found = await trace(sides, of('r-r-l'), (records) =>
      part(records, 'l').pipe(joinAsOf('j', part(records, 'r'), { ...keys, right: kept })),
    );
    expect(found.map(({ at, value }) => [at, value.right.time])).to.deep.equal([['l', 2]]);
  });

  it('names on its page only what exists', async () => {
    const page = await readFile(new URL('../coming-from.md', import.meta.url), 'utf8');
    const rows = page.split('\n').filter((line) => /^\| (?!there|-)/.test(line));
    expect(rows.length).to.be.greaterThan(50);
    const options = [
      'idleAfter',
      'outOfOrderness',
      'allowedLateness',
      'expiresAfter',
      'outputs',
      'everyKey',
      'emit',
      'key',
      'topology',
      'compactBy',
    ];
    const known = new Set([core, rxjs, testing, batch].flatMap((module) => Object.keys(module)).concat(options));
    const named = rows.flatMap((row) => {
      const [, , here = ''] = row.split(/(?<!\\)\|/);
      return [...here.matchAll(/`(\w+)[^`]*`/g)].map(([, name = '']) => name);
    });
    expect(named.length).to.be.greaterThan(60);
    expect(named.filter((name) => !known.has(name))).to.deep.equal([]);
  });
});
