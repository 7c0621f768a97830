import { expect } from 'chai';
import { StockafolioError } from '@stockafolio/core';
import app from '@stockafolio/example';
import { memoryFiles, type MemoryFiles, virtualClock, type VirtualClock } from '@stockafolio/testing';
import { runSchedule, type DueRun } from './run-schedule.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('runSchedule, with the calendar of New York', () => {
  let files: MemoryFiles;
  let runs: string[];
  beforeEach(() => {
    files = memoryFiles();
    runs = [];
  });

  const nextRun = (after: number): DueRun => {
    const next = app.nextRun;
    if (next === undefined) throw new Error('Stockafolio has no calendar');
    return next(after);
  };
  /** One process of the schedule: it runs for this long, then it is stopped; returns its output. */
  const live = async (
    clock: VirtualClock,
    lasts: number,
    run: (day: string) => Promise<void> = async () => undefined,
  ): Promise<readonly string[]> => {
    const stop = new AbortController();
    const said: string[] = [];
    const life = runSchedule({
      ...{ nextRun, pipeline: 'portfolio', files, clock, signal: stop.signal, say: (text) => said.push(text) },
      run: async (day) => {
        await run(day);
        runs.push(`${day} at ${new Date(clock.now()).toISOString()}`);
        return { records: 1 };
      },
    });
    await clock.advance(lasts);
    stop.abort();
    await clock.until(life);
    return said;
  };
  const at = (moment: string): VirtualClock => virtualClock(Date.parse(moment));

  it('runs at 16:00 New York time on every trading day, before and after clock changes', async () => {
    await live(at('2026-03-05T12:00:00Z'), 6 * DAY);
    expect(runs).to.deep.equal([
      '2026-03-05 at 2026-03-05T21:00:00.000Z',
      '2026-03-06 at 2026-03-06T21:00:00.000Z',
      '2026-03-09 at 2026-03-09T20:00:00.000Z',
      '2026-03-10 at 2026-03-10T20:00:00.000Z',
    ]);
    runs = [];
    files = memoryFiles();
    await live(at('2026-10-30T12:00:00Z'), 4 * DAY);
    expect(runs).to.deep.equal(['2026-10-30 at 2026-10-30T20:00:00.000Z', '2026-11-02 at 2026-11-02T21:00:00.000Z']);
  });

  it('runs at 13:00 if trading ends early, and not at all on a holiday or a weekend', async () => {
    await live(at('2026-11-25T22:00:00Z'), 6 * DAY);
    expect(runs).to.deep.equal([
      '2026-11-27 at 2026-11-27T18:00:00.000Z',
      '2026-11-30 at 2026-11-30T21:00:00.000Z',
      '2026-12-01 at 2026-12-01T21:00:00.000Z',
    ]);
  });

  it('runs a day once, however often it is restarted', async () => {
    const clock = at('2026-01-05T12:00:00Z');
    for (let life = 0; life < 40; life++) await live(clock, HOUR);
    expect(runs).to.deep.equal(['2026-01-05 at 2026-01-05T21:00:00.000Z', '2026-01-06 at 2026-01-06T21:00:00.000Z']);
  });

  it('catches up on missed runs, day by day', async () => {
    const clock = at('2026-01-05T20:59:00Z');
    await live(clock, 30_000);
    await clock.advance(3 * DAY);
    await live(clock, HOUR);
    const late = '2026-01-08T20:59:30.000Z';
    expect(runs).to.deep.equal([
      `2026-01-05 at ${late}`,
      `2026-01-06 at ${late}`,
      `2026-01-07 at ${late}`,
      '2026-01-08 at 2026-01-08T21:00:00.000Z',
    ]);
  });

  it('does not count a day as run if it was killed in the middle', async () => {
    const clock = at('2026-01-05T12:00:00Z');
    const killed = new Error('killed');
    const life = live(clock, DAY, () => Promise.reject(killed));
    expect(await life.catch((error: unknown) => error)).to.equal(killed);
    await live(clock, 1);
    expect(runs).to.deep.equal(['2026-01-05 at 2026-01-06T12:00:00.000Z']);
  });

  it('retries failures of an outside system, and no other error', async () => {
    const clock = at('2026-01-05T12:00:00Z');
    let failures = 3;
    const said = await live(clock, DAY, async () => {
      if (failures-- > 0) throw new StockafolioError('ERR_FILES_UNAVAILABLE', 'S3 is away');
    });
    expect(runs).to.deep.equal(['2026-01-05 at 2026-01-05T21:03:00.000Z']);
    expect(said.filter((text) => /S3 is away; again in 60 s/.test(text))).to.have.length(3);
    const gap = new StockafolioError('ERR_ARCHIVE_GAP', 'a gap');
    expect(await live(clock, DAY, () => Promise.reject(gap)).catch((error: unknown) => error)).to.equal(gap);
  });

  it('waits if its ledger cannot be read or written, and runs each day once', async () => {
    const clock = at('2026-01-05T12:00:00Z');
    let failures = 2;
    const list = files.list.bind(files);
    files.list = (prefix) => {
      if (failures-- > 0) throw new StockafolioError('ERR_FILES_UNAVAILABLE', 'S3 is away');
      return list(prefix);
    };
    // The first write records that the schedule was started.
    files.failWrite(2, new StockafolioError('ERR_FILES_UNAVAILABLE', 'S3 is away'));
    const said = await live(clock, DAY);
    expect(said.filter((text) => /S3 is away; again in 60 s/.test(text))).to.have.length(3);
    expect(runs).to.deep.equal(['2026-01-05 at 2026-01-05T21:00:00.000Z']);
    await live(clock, 1);
    expect(runs).to.have.length(1);
  });

  it('keeps a ledger in files that say what was done', async () => {
    await live(at('2026-01-05T20:00:00Z'), 2 * HOUR);
    expect([...files.contents.keys()].sort()).to.deep.equal([
      'portfolio/schedule/2026-01-05.json',
      'portfolio/schedule/begun.json',
    ]);
    const done = Buffer.from(files.contents.get('portfolio/schedule/2026-01-05.json') ?? []).toString();
    expect(JSON.parse(done)).to.deep.equal({ day: '2026-01-05', due: '2026-01-05T21:00:00.000Z', records: 1 });
  });
});
