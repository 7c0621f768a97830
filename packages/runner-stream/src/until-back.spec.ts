import { expect } from 'chai';
import { StockafolioError } from '@stockafolio/core';
import { virtualClock, type VirtualClock } from '@stockafolio/testing';
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

  /** Runs a step that fails this many times with an error. */
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

  it('returns at once, and reports nothing, if the step succeeds', async () => {
    expect(await tried(0, down).result).to.equal(1);
    expect(events).to.eql([]);
    expect(clock.now()).to.equal(0);
  });

  it('waits between attempts, twice as long each time up to ten seconds, and reports each failure', async () => {
    expect(await clock.until(tried(9, down).result)).to.equal(10);
    expect(events).to.eql(
      [100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000].map((delay, n) => ({
        ...{ type: 'retry', what: 'writing rows', error: down, attempt: n + 1, delay },
      })),
    );
    expect(clock.now()).to.equal(32_700);
  });

  it('does not retry if that does not help', async () => {
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

  it('ends with the error of the outage if the run is stopped before it, or while it waits', async () => {
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
  it('leaves an error of ours unchanged, and treats any other as a fault of the adapter, with its message', () => {
    expect(asStockafolioError(down)).to.equal(down);
    const cause = new TypeError('odd');
    expect(asStockafolioError(cause)).to.include({ code: 'ERR_INTERNAL', message: 'odd', cause });
    expect(asStockafolioError('a text').message).to.equal('a text');
  });
});
