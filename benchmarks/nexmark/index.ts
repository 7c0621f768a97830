/**
 * Nexmark, the benchmark of stream processing: its 23 queries as pipelines of this library. `--check` compares the tables of
 * stream, batch and restarted streams with each other and with independent answers. Without it the queries are measured,
 * beside a naive program over the same events, which keeps no state that could be restored.
 */
import { parseArgs } from 'node:util';
import { check, queryOf } from './check.js';
import { inputsOf } from './inputs.js';
import { measure } from './measure.js';
import { queries } from './queries/index.js';

const { values } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    events: { type: 'string' },
    seed: { type: 'string', default: '1' },
    rate: { type: 'string', default: '100' },
    query: { type: 'string' },
  },
});
const seed = numberOf('seed', values.seed);
const rate = numberOf('rate', values.rate);
const names = values.query === undefined ? Object.keys(queries) : [values.query];
for (const name of names) queryOf(name);

if (values.check) process.exitCode = await checkAll(numberOf('events', values.events ?? '20000'));
else await measure(names, { events: numberOf('events', values.events ?? '100000'), seed, rate: 10_000 });

function numberOf(option: string, text: string): number {
  const value = Number(text);
  if (value > 0) return value;
  throw new Error(`--${option} is a number above zero, not ${text}`);
}

async function checkAll(events: number): Promise<number> {
  const inputs = await inputsOf({ events, seed, rate });
  if (inputs.every(({ database }) => database === undefined))
    console.log('DuckDB is not installed: not compared with it');
  let right = 0;
  for (const name of names) {
    const start = performance.now();
    const seen: string[] = [];
    let isRight = true;
    let compared = 0;
    for (const input of inputs) {
      const { rows, deadLetters, comparedWith, problems } = await check(name, input);
      const dead = deadLetters > 0 ? `, ${deadLetters} dead letters` : '';
      seen.push(`${input.name}: ${rows} rows${dead}${comparedWith.length === 0 ? ', not compared with programs' : ''}`);
      for (const problem of problems) console.log(`${name}, ${input.name}: ${problem.slice(0, 1_000)}`);
      isRight &&= problems.length === 0;
      if (comparedWith.length > 0) compared += rows;
    }
    if (compared === 0) {
      console.log(`${name}: the answer has no rows, so nothing was compared: give more --events`);
      isRight = false;
    }
    if (isRight) right++;
    const took = ((performance.now() - start) / 1_000).toFixed(1);
    console.log(`${name} ${isRight ? 'right' : 'WRONG'} (${seen.join('; ')}) ${took} s`);
  }
  for (const { database } of inputs) database?.close();
  console.log(`${right} of ${names.length} right`);
  return right === names.length ? 0 : 1;
}
