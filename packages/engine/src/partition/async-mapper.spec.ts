import { expect } from 'chai';
import { codeOf, type Sale, sale, Sale as SaleSchema, sales } from '@stockafolio/conformance';
import { BadRecordError, double, jsonCodec, record, StockafolioError, stream } from '@stockafolio/core';
import type { AsyncCall, AsyncMapping } from '@stockafolio/core/plan';
import { virtualClock } from '@stockafolio/testing';

import { AsyncMapper, type AsyncOptions, failureOf } from './async-mapper.js';
import type { Departure } from './departures.js';

const Rated = record('rated', { ...SaleSchema.fields, rate: double() });
const rated = stream('rated', Rated, { key: 'user', time: (r) => r.time });
const codec = jsonCodec(SaleSchema);

function mappingOf(map: (sale: Sale, call: AsyncCall) => PromiseLike<unknown>, given: Partial<AsyncMapping> = {}) {
  return {
    ...{ from: sales, map: map as AsyncMapping['map'] },
    ...{ concurrency: 2, timeout: 1_000, attempts: 3, retryAfter: 100, ...given },
  } as unknown as AsyncMapping;
}

function departuresOf(mapping: AsyncMapping, ...records: readonly Sale[]): Departure[] {
  return records.map((each, number) => ({
    ...{ stream: rated as unknown as Departure['stream'], key: each.user },
    ...{ value: codec.encode(each), sent: 0, mapping, partition: 0, number, after: number - 1 },
  }));
}

const numbered = (count: number): Sale[] => Array.from({ length: count }, (_, amount) => sale({ amount }));
const clock = virtualClock();
const mapped = (departures: readonly Departure[], options: Partial<AsyncOptions> = {}): Promise<readonly Departure[]> =>
  clock.until(new AsyncMapper({ clock, ...options }).map(departures));
const resultsOf = (departures: readonly Departure[]): unknown[] =>
  departures.map(({ value, failed }) => failed ?? jsonCodec(Rated).decode(value).rate);
const rate = (each: Sale, by: number): object => ({ ...each, rate: by });

describe('AsyncMapper', () => {
  it('keeps the order of records, however long each call takes, and has few calls pending', async () => {
    let pending = 0;
    let most = 0;
    const mapping = mappingOf(async (each) => {
      most = Math.max(most, ++pending);
      await clock.sleep((each.amount * 7) % 5);
      pending--;
      return rate(each, each.amount);
    });
    expect(resultsOf(await mapped(departuresOf(mapping, ...numbered(20))))).to.deep.equal([...Array(20).keys()]);
    expect(most).to.equal(2);
  });

  it('leaves alone what needs no call', async () => {
    const departures = departuresOf(undefined as never, ...numbered(3));
    expect(await mapped(departures)).to.deep.equal(departures);
  });

  it('calls again after growing delays, each time with the record as it was', async () => {
    const calls: (readonly [number, number, string])[] = [];
    const began = clock.now();
    const mapping = mappingOf(async (each, { attempt }) => {
      calls.push([clock.now() - began, attempt, each.item]);
      (each as { item: string }).item = 'changed';
      if (attempt < 3) throw new TypeError('fetch failed');
      return Promise.resolve({ ...each, item: 'tea', rate: 1 });
    });
    expect(resultsOf(await mapped(departuresOf(mapping, sale())))).to.deep.equal([1]);
    expect(calls).to.deep.equal([
      [0, 1, 'tea'],
      [100, 2, 'tea'],
      [300, 3, 'tea'],
    ]);
  });

  it('gives up after the last attempt, with the reason and the record', async () => {
    const failing = mappingOf(() => Promise.reject(new Error('no such item')));
    const departures = departuresOf(failing, sale());
    const [failed] = await mapped(departures);
    expect(failed?.failed).to.equal("mapAsync 'rated' failed: no such item (3 attempts)");
    expect(failed?.value).to.deep.equal(departures[0]?.value);
    expect(failureOf(failed?.failed ?? '')).to.equal(failed?.failed);
    expect(failureOf('its time is 3 s ahead')).to.equal(undefined);
  });

  it('ends calls that take too long, and tells them by their signal', async () => {
    let aborted = 0;
    const mapping = mappingOf((_, { signal }) => {
      (signal as { addEventListener(type: 'abort', listener: () => void): void }).addEventListener('abort', () => {
        aborted++;
      });
      return new Promise(() => undefined);
    });
    expect(resultsOf(await mapped(departuresOf(mapping, sale())))).to.deep.equal([
      "mapAsync 'rated' failed: no answer within 1000 ms (3 attempts)",
    ]);
    expect(aborted).to.equal(3);
  });

  it('does not repeat a call that rejects its record, or whose result is no record', async () => {
    const cases: readonly [() => PromiseLike<unknown>, RegExp][] = [
      [() => Promise.reject(new BadRecordError([{ field: 'item', message: 'is unknown' }])), /item: is unknown$/],
      [() => Promise.reject(new StockafolioError('ERR_OVERFLOW', 'too large')), /too large$/],
      [() => Promise.resolve(undefined), /its result is no record$/],
      [() => Promise.resolve({ ...sale(), rate: 'high' }), /rate/],
      [() => Promise.resolve({ ...sale({ time: Number.NaN }), rate: 1 }), /time/],
      [() => Promise.resolve({ ...sale({ user: 'bob' }), rate: 1 }), /the result has another key than the record$/],
    ];
    for (const [map, reason] of cases) {
      let calls = 0;
      const mapping = mappingOf(() => {
        calls++;
        return map();
      });
      const [failed] = await mapped(departuresOf(mapping, sale()));
      expect(failed?.failed).to.match(reason);
      expect(calls).to.equal(1);
    }
  });

  it('takes what a function throws at once as what its promise rejects with', async () => {
    const mapping = mappingOf(() => {
      throw new Error('');
    });
    expect(resultsOf(await mapped(departuresOf(mapping, sale())))).to.deep.equal([
      "mapAsync 'rated' failed: its function threw (3 attempts)",
    ]);
  });

  it('ends the run where bad records do, and calls for no more records', async () => {
    let calls = 0;
    const mapping = mappingOf(() => {
      calls++;
      return Promise.reject(new BadRecordError([]));
    });
    const departures = departuresOf(mapping, ...numbered(50));
    expect(await codeOf(() => mapped(departures, { onBadRecord: 'fail' }))).to.equal('ERR_CALL_FAILED');
    expect(calls).to.be.at.most(3);
  });

  it('records no failure while the run ends: the next run calls again', async () => {
    const stop = new AbortController();
    const mapping = mappingOf(() => Promise.reject(new Error('away')), { attempts: Number.POSITIVE_INFINITY });
    const run = new AsyncMapper({ clock, signal: stop.signal }).map(departuresOf(mapping, sale()));
    const code = codeOf(() => run);
    await clock.advance(600_000);
    stop.abort();
    expect(await clock.until(code)).to.equal('ERR_CALL_FAILED');
  });
});
