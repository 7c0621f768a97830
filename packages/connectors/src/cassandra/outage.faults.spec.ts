import { setTimeout as pause } from 'node:timers/promises';
import { int64, table, text } from '@stockafolio/core';
import { useCassandra } from '@stockafolio/servers/mocha';
import { expect } from 'chai';
import { cassandraTables } from './index.js';

const counters = table('counters', { partitionBy: ['name'] }, { name: text(), count: int64() });

describe('tables in Cassandra, after outages', () => {
  const server = useCassandra();

  it('keep no connection of before, and nothing runs on once they are closed', async () => {
    const open = (): string[] => process.getActiveResourcesInfo().filter((each) => /Timeout|TCP/.test(each));
    // Mocha's own timer is set by then.
    await pause(10);
    const before = open();
    const tables = cassandraTables({
      contactPoints: [`127.0.0.1:${server().port}`],
      keyspace: 'outages',
      localDataCenter: 'datacenter1',
      timeout: 5_000,
    });
    const answers = async (): Promise<boolean> => {
      try {
        await tables.get(counters, ['a']);
        return true;
      } catch {
        return false;
      }
    };
    await tables.create([counters]);
    for (let outage = 1; outage <= 2; outage++) {
      await server().kill();
      // The driver replaces its entry of a node that it has asked for in vain.
      for (let n = 0; n < 20; n++) await answers();
      await server().start();
      while (!(await answers())) await pause(100);
      await tables.write([{ table: counters, values: ['a', outage], version: outage }]);
      await pause(5_000);
    }
    expect(await tables.get(counters, ['a'])).to.deep.equal({ values: ['a', 2], version: 2 });
    await tables.close();
    await pause(1_000);
    expect(open()).to.eql(before);
  });
});
