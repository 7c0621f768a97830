import { expect } from 'chai';
import type { Table } from '@stockafolio/core';
import { writeFloors } from '@stockafolio/engine';
import { StreamUnderTest } from '../test/stream-under-test.js';
import { messages, totals } from '../test/totals.js';

const PARTITIONS = [0, 1, 2, 3];
const [byUser] = totals.plan.tables as readonly [Table];

describe('a stream beside which rows are repaired', () => {
  let at: StreamUnderTest;
  let stop: AbortController;

  beforeEach(() => {
    at = new StreamUnderTest();
    stop = new AbortController();
  });

  /** The lowest version of the totals of users. */
  async function lowest(): Promise<number> {
    let found = Infinity;
    for await (const { version } of at.tables.scanAll(byUser)) found = Math.min(found, version);
    return found;
  }

  const repaired = (above: number): Promise<void> =>
    writeFloors(
      at.tables,
      'totals',
      PARTITIONS.map((partition) => ({ partition, offset: 0 })),
      above,
    );

  it('continues above the versions of the repaired rows, each time within seconds', async () => {
    await at.topic.append(messages(100));
    const run = at.start({ signal: stop.signal });
    await at.clock.advance(1_000);
    for (const [round, above] of [1e12, 2e12].entries()) {
      await repaired(above);
      await at.clock.advance(5_000);
      await at.topic.append(messages(100, 100 + 100 * round));
      await at.clock.advance(1_000);
      expect(await lowest()).to.be.above(above);
    }
    stop.abort();
    await at.clock.until(run);
  });

  it('asks for such repairs every five seconds, not more often', async () => {
    await repaired(1);
    let asked = 0;
    const scan: typeof at.tables.scan = (table, ...rest) => {
      if (table.name === 'version_floors') asked++;
      return at.tables.scan(table, ...rest);
    };
    const run = at.start({ signal: stop.signal, tables: { ...at.tables, scan } });
    await at.clock.advance(1_000);
    const before = asked;
    await at.clock.advance(20_000);
    expect(asked - before).to.equal(4);
    stop.abort();
    await at.clock.until(run);
  });

  it('continues if they cannot be read, and asks again', async () => {
    await at.topic.append(messages(100));
    let isDown = false;
    const scan: typeof at.tables.scan = (table, ...rest) => {
      if (isDown && table.name === 'version_floors') throw new Error('down');
      return at.tables.scan(table, ...rest);
    };
    const run = at.start({ signal: stop.signal, tables: { ...at.tables, scan } });
    await at.clock.advance(1_000);
    isDown = true;
    await repaired(1e12);
    await at.clock.advance(10_000);
    isDown = false;
    await at.clock.advance(5_000);
    await at.topic.append(messages(100, 100));
    await at.clock.advance(1_000);
    expect(await lowest()).to.be.above(1e12);
    stop.abort();
    expect((await at.clock.until(run)).records).to.equal(200);
  });
});
