/**
 * A process that writes to the embedded tables, for the specs. `DIR`: round after round until it is killed. `DIR SHARE
 * OF ROUNDS`: its share of the rounds, in arbitrary order.
 */
import { int32, table, text } from '@stockafolio/core';
import { embeddedTables } from '../src/embedded/index.js';

const counters = table('counters', { partitionBy: ['name'] }, { name: text({ max: 3000 }), round: int32() });
const [dir = '', share, of = '1', rounds = '0'] = process.argv.slice(2);
const tables = embeddedTables(dir);

const write = (round: number): Promise<void> =>
  tables.write(
    Array.from({ length: 200 }, (_, i) => ({ table: counters, values: [String(i), round], version: round })),
  );

if (share === undefined) {
  const before = await tables.get(counters, ['0']);
  for (let round = (before?.version ?? 0) + 1; ; round += 1) {
    await write(round);
    process.stdout.write(`${round}\n`);
    await new Promise((resolve) => setImmediate(resolve));
  }
} else {
  for (let i = 0; i < Number(rounds); i += 1) {
    const round = ((i * 73) % Number(rounds)) + 1;
    if (round % Number(of) === Number(share) - 1) await write(round);
  }
  await tables.close();
}
