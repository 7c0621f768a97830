import { minutes } from '@stockafolio/core';
import { pipelineHarness } from '@stockafolio/testing';
import { expect } from 'chai';
import type { Click } from './clicks.js';
import { bounceRates, landings, visits, webSessions } from './visits.js';

const noon = Date.UTC(2026, 0, 5, 12);
const click = (visitor: string, page: string, minute: number): Click => ({
  ...{ visitor, page, time: noon + minutes(minute) },
});

describe('visits to a site', () => {
  it('end after half an hour, and are one if a late click lies between two', async () => {
    const harness = pipelineHarness<Click>(webSessions);
    const rows = async (): Promise<unknown> => {
      harness.idle();
      await harness.commit();
      return (await harness.rows(visits)).map(({ start, pages, landing }) => [(start - noon) / 60_000, pages, landing]);
    };
    harness.push(click('ann', '/home', 0), click('ann', '/help', 5), click('ann', '/shop', 40));
    expect(await rows()).to.deep.equal([
      [0, 2, '/home'],
      [40, 1, '/shop'],
    ]);
    harness.push(click('ann', '/cart', 20), click('ann', '/blog', -0.5));
    expect(await rows()).to.deep.equal([[-0.5, 5, '/blog']]);
  });

  it('count once by hour and landing page, when they are final, also after a kill', async () => {
    const harness = pipelineHarness<Click>(webSessions, { partitions: 2 });
    harness.push(
      click('ann', '/home', 0),
      click('bob', '/home', 0),
      click('cid', '/blog', 10),
      click('bob', '/cart', 1),
    );
    await harness.checkpoint();
    harness.push(click('ann', '/home', 60), click('ann', '/cart', 61));
    await harness.restart();
    // Time passes in every partition.
    for (let n = 0; n < 20; n++) harness.push(click(`robot ${n}`, '/robots.txt', 24 * 60));
    await harness.commit();
    const rows = await harness.rows(landings);
    expect(new Set(rows.map(({ hour }) => (hour - noon) / 3_600_000))).to.deep.equal(new Set([0, 1]));
    expect(Object.fromEntries(bounceRates(rows))).to.deep.equal({ '/home': 1 / 3, '/blog': 1 });
  });
});
