/**
 * Does state stay bounded by what the windows hold, while keys pass that come once or twice and never again? Each
 * operator gets many keys; its state, its texts and the memory of the process are read on the way. Ends with 1 if
 * anything grows.
 *
 *     node --expose-gc --import tsx benchmarks/memory/passing-keys.ts --keys 10000000
 */
import { parseArgs } from 'node:util';
import { mostTexts, passing } from './passing-pipelines.js';
import { passKeys, type Held } from './pass-keys.js';
import { printTable } from '../measure.js';

const { values } = parseArgs({ options: { keys: { type: 'string' }, only: { type: 'string' } } });
const KEYS = Number(values.keys ?? 10_000_000);
/** What is freed late, and what V8 keeps for later, in MiB. */
const SLACK = 64;

const failures: string[] = [];
const rows: (readonly string[])[] = [];
for (const each of passing) {
  const { name, make, holds } = each;
  if (values.only !== undefined && values.only !== name) continue;
  const marks = [0.1, 0.2, 0.5, 1].map((part) => Math.round(KEYS * part));
  const held: readonly Held[] = passKeys(make(), marks);
  const [first] = held;
  for (const { keys, entries, texts, bytes, memory, seconds } of held) {
    rows.push([
      ...[name, String(keys), String(entries), String(holds), String(texts), (bytes / 2 ** 20).toFixed(1)],
      ...[memory.toFixed(0), (keys / seconds / 1000).toFixed(0)],
    ]);
    if (entries > holds) failures.push(`${name}: ${entries} entries after ${keys} keys, ${holds} at most`);
    if (texts > mostTexts(each))
      failures.push(`${name}: ${texts} texts after ${keys} keys, ${mostTexts(each)} at most`);
    if (first !== undefined && memory > first.memory + SLACK)
      failures.push(
        `${name}: ${memory.toFixed(0)} MiB after ${keys} keys, ${first.memory.toFixed(0)} after ${first.keys}`,
      );
  }
}
printTable(
  ['operator', 'keys', 'entries', 'at most', 'texts', 'MiB of texts', 'MiB of process', 'thousand keys/s'],
  rows,
);
for (const each of failures) console.error(each);
process.exitCode = failures.length === 0 ? 0 : 1;
