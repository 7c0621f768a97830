import { StockafolioError } from '@stockafolio/core';
import { virtualClock, type VirtualClock } from '@stockafolio/core/testing';
import { expect } from 'chai';
import type { StreamEvent, StreamOptions } from './options.js';
import { asStockafolioError, untilBack } from './until-back.js';

const down = new StockafolioError('ERR_TABLES_UNAVAILABLE', 'down');

describe('untilBack', () => {
  let clock: VirtualClock;
  let events: StreamEvent[];

  beforeEach(() => {
    clock = virtualClock();
    events = [];
  });

  /** Tries a step that fails so many times with an error. */
  function tried(
    failures: number,
    error: unknown,
    signal?: AbortSignal,
  ): { readonly result: Promise<number>; readonly attempts: () => number } {
    let attempts = 0;
    const options = {
      clock,
      onEvent: (event: StreamEvent) => void events.push(event),
      ...(signal === undefined ? {} : { signal }),
    } as unknown as StreamOptions<unknown>;
    const result = untilBack(options, 'writing rows', async () => {
      if (attempts++ < failures) throw error;
      return attempts;
    });
    return { result, attempts: () => attempts };
  }

  it('answers at once, and tells of nothing, where the step succeeds', async () => {
    expect(await tried(0, down).result).to.equal(1);
    expect(events).to.eql([]);
    expect(clock.now()).to.equal(0);
  });

  it('waits between attempts, twice as long each time up to ten seconds, and tells of each what failed', async () => {
    expect(await clock.until(tried(9, down).result)).to.equal(10);
    expect(events).to.eql(
      [100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000].map((delay, n) => ({
        ...{ type: 'retry', what: 'writing rows', error: down, attempt: n + 1, delay },
      })),
    );
    expect(clock.now()).to.equal(32_700);
  });

  it('does not try again where that is of no use', async () => {
    for (const [error, code] of [
      [new StockafolioError('ERR_TABLE_UNKNOWN', 'gone'), 'ERR_TABLE_UNKNOWN'],
      [new TypeError('a fault of the adapter'), 'ERR_INTERNAL'],
      ['a text', 'ERR_INTERNAL'],
    ] as const) {
      const { result, attempts } = tried(1, error);
      const failed = await result.catch((thrown: unknown) => thrown);
      expect(failed).to.be.instanceOf(StockafolioError).with.property('code', code);
      expect(attempts()).to.equal(1);
    }
    expect(events).to.eql([]);
  });

  it('ends with the outage where the run is stopped before it, or while it waits', async () => {
    const stop = new AbortController();
    const waiting = tried(Infinity, down, stop.signal);
    await clock.advance(150);
    expect(waiting.attempts()).to.equal(2);
    stop.abort();
    expect(await clock.until(waiting.result.catch((error: unknown) => error))).to.equal(down);
    expect(waiting.attempts()).to.equal(3);
    expect(clock.now()).to.equal(150);
    const stopped = tried(Infinity, down, stop.signal);
    expect(await stopped.result.catch((error: unknown) => error)).to.equal(down);
    expect(stopped.attempts()).to.equal(1);
  });
});

describe('asStockafolioError', () => {
  it('leaves an error of ours as it is, and takes any other for a fault of the adapter, with what it said', () => {
    expect(asStockafolioError(down)).to.equal(down);
    const cause = new TypeError('odd');
    expect(asStockafolioError(cause)).to.include({ code: 'ERR_INTERNAL', message: 'odd', cause });
    expect(asStockafolioError('a text').message).to.equal('a text');
  });
});
