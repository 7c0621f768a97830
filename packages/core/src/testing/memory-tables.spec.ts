import { runTablesContract } from '@stockafolio/conformance';
import { memoryTables } from '@stockafolio/core/testing';

runTablesContract('memoryTables', {
  firstOfVersionStays: true,
  async fresh() {
    let now = 1_000_000;
    const tables = memoryTables({ clock: { now: () => now } });
    return { tables, pass: (ms) => void (now += ms), destroy: () => tables.close() };
  },
});
