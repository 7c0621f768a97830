import { spawnSync } from 'node:child_process';
import { expect } from 'chai';

const TRADES = 10_000_000;
/** The README states this bound; it covers about 1.4 million positions of 20,000 users, among the rest. */
const BOUND_MIB = 600;

describe('P5 bounded', () => {
  it(`${TRADES / 1e6} million trades flow through less than ${BOUND_MIB} MiB, past tables that are slow`, function () {
    this.timeout(1_200_000);
    const flow = new URL('./bounded/flow.ts', import.meta.url).pathname;
    const child = spawnSync(process.execPath, ['--max-old-space-size=256', '--import', 'tsx', flow, String(TRADES)], {
      encoding: 'utf8',
    });
    expect(child.status, child.stderr).to.equal(0);
    const { records, rows, peakMiB } = JSON.parse(child.stdout) as { records: number; rows: number; peakMiB: number };
    expect(records).to.equal(TRADES);
    expect(rows).to.be.greaterThan(TRADES);
    expect(peakMiB).to.be.lessThan(BOUND_MIB);
  });
});
