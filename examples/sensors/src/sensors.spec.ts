import { hours as ofHours, minutes } from '@stockafolio/core';
import { pipelineHarness, type PipelineHarness } from '@stockafolio/testing';
import { expect } from 'chai';
import { alerts, hours, type Reading } from './readings.js';
import { sensors } from './sensors.js';

const noon = Date.UTC(2026, 0, 5, 12);

/** A reading some minutes after noon. */
const reading = (minute: number, value: number, of: Partial<Reading> = {}): Reading => ({
  ...{ sensor: 'boiler', value, revision: 0, time: noon + minutes(minute) },
  ...of,
});
/** Another sensor that shows how far time is. */
const clock = (minute: number): Reading => reading(minute, 0, { sensor: 'clock' });

async function after(...all: readonly Reading[]): Promise<PipelineHarness<Reading>> {
  const harness = pipelineHarness<Reading>(sensors, { partitions: 1 });
  harness.push(...all);
  await harness.commit();
  return harness;
}

/** Alerts of the boiler: kind, and minutes after noon. */
const alertsOf = async (harness: PipelineHarness<Reading>): Promise<unknown[]> =>
  (await harness.rows(alerts))
    .filter(({ sensor }) => sensor === 'boiler')
    .map(({ kind, since, time }) => [kind, (since - noon) / minutes(1), Math.floor((time - noon) / minutes(1))]);

describe('sensors', () => {
  it('raises an alert for a sensor that is silent for ten minutes, once', async () => {
    expect(await alertsOf(await after(reading(0, 200), reading(3, 200), clock(13)))).to.deep.equal([]);
    expect(await alertsOf(await after(reading(0, 200), reading(3, 200), clock(14), clock(60)))).to.deep.equal([
      ['silent', 3, 13],
    ]);
  });

  it('raises an alert for values above the limit for five minutes, also if they arrive late', async () => {
    const values = [reading(0, 790), reading(1, 810), reading(4, 820), reading(8, 830)];
    expect(await alertsOf(await after(...values, clock(8)))).to.deep.equal([['high', 1, 6]]);
    expect(await alertsOf(await after(reading(8, 830), reading(1, 810), reading(0, 790), clock(9)))).to.deep.equal([
      ['high', 1, 7],
    ]);
  });

  it('raises none if a value between is below, or is corrected to be', async () => {
    const high = [reading(1, 810), reading(3, 820), reading(5, 830)];
    const below = reading(3, 700, { revision: 1 });
    expect(await alertsOf(await after(...high, clock(6), below, clock(8)))).to.deep.equal([]);
    expect(await alertsOf(await after(...high, below, reading(3, 900), clock(8)))).to.deep.equal([]);
    expect(await alertsOf(await after(...high, clock(8)))).to.deep.equal([['high', 1, 6]]);
  });

  it('counts each reading once in its hour, with its latest revision, at any kill', async () => {
    const harness = await after(reading(0, 100), reading(1, 200), reading(1, 200), reading(61, 500));
    await harness.checkpoint();
    harness.push(reading(1, 260, { revision: 2 }), reading(1, 230, { revision: 1 }));
    await harness.restart();
    await harness.commit();
    expect(await harness.rows(hours)).to.deep.equal([
      { sensor: 'boiler', hour: noon, sum: 360, count: 2 },
      { sensor: 'boiler', hour: noon + ofHours(1), sum: 500, count: 1 },
    ]);
  });

  it('dead-letters a reading of more than an hour ago', async () => {
    const harness = await after(reading(0, 100), reading(-61, 100));
    expect((await harness.deadLetters()).map(({ cause }) => cause)).to.deep.equal([
      'a reading of more than an hour ago',
    ]);
  });
});
