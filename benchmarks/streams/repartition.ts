/**
 * What does it cost to repartition? The same messages of a log, each folded once: by the key of the stream; and by another
 * key, for which each record goes through a log of the pipeline's own. Nothing is stored.
 */
import assert from 'node:assert';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@stockafolio/connectors/clock-system';
import { logProducer, logSource, logTopics } from '@stockafolio/connectors/log-local';
import {
  foldByKey,
  type Infer,
  int64,
  into,
  jsonCodec,
  keyBytes,
  pipeline,
  type Pipeline,
  record,
  repartition,
  stream,
  table,
  text,
  timestamp,
} from '@stockafolio/core';
import { runStream } from '@stockafolio/runner-stream';
import { memoryFiles } from '@stockafolio/testing';
import { countingTables } from '../live/counting-tables.js';
import { alternate, printTable, processorSeconds } from '../measure.js';

const RECORDS = Number(process.argv[2] ?? 500_000);
const ROUNDS = Number(process.argv[3] ?? 3);
const PARTITIONS = 4;

const Entry = record('entry', { user: text(), item: text(), cents: int64(), time: timestamp() });
type Entry = Infer<typeof Entry>;
const Sum = record('sum', { cents: int64(), count: int64() });
const entries = stream('entries', Entry, { key: 'user', time: (e) => e.time });
const fold = {
  state: Sum,
  fold: (sum: { cents: number; count: number }, { cents }: Entry): void => {
    sum.cents += cents;
    sum.count++;
  },
};
const byUser = table('by_user', { partitionBy: ['user'] }, { user: text(), ...Sum.fields });
const byItem = table('by_item', { partitionBy: ['item'] }, { item: text(), ...Sum.fields });
const users = pipeline('users', { entries }, ({ entries }) => [
  into(byUser, entries.pipe(foldByKey('users', { ...fold, key: ['user'] }))),
]);
const items = pipeline('items', { entries }, ({ entries }) => [
  into(byItem, entries.pipe(repartition('by-item', 'item'), foldByKey('items', { ...fold, key: ['item'] }))),
]);

const folder = await mkdtemp(join(tmpdir(), 'repartition-'));
try {
  const codec = jsonCodec(Entry);
  const producer = await logProducer(join(folder, 'entries'), { partitions: PARTITIONS });
  const start = Date.now() - 3_600_000;
  for (let n = 0; n < RECORDS; n += 1_000) {
    await producer.append(
      Array.from({ length: 1_000 }, (_, i) => {
        const number = n + i;
        const [user, item] = [`u${(number * 7_919) % 100_000}`, `i${(number * 31) % 50_000}`];
        const each = { user, item, cents: number % 1_000, time: start + number };
        return { key: keyBytes(user), value: codec.encode(each), timestamp: each.time };
      }),
    );
  }
  await producer.close();

  const run = async (of: Pipeline, round: number): Promise<number> => {
    const own = join(folder, `${of.name}-${round}`);
    const { records } = await runStream<Entry>({
      ...{ pipeline: of, source: logSource(join(folder, 'entries')), codec, tables: countingTables(of) },
      ...{ checkpoints: memoryFiles(), clock: systemClock, untilCaughtUp: true, repartitions: logTopics(own) },
    });
    assert.equal(records, RECORDS);
    await rm(own, { recursive: true, force: true });
    return RECORDS;
  };
  let round = 0;
  const { measured } = await alternate(
    {
      "by the stream's key": () => run(users, round++),
      'by another key': () => run(items, round++),
    },
    ROUNDS,
    processorSeconds,
  );
  const [first] = measured;
  printTable(
    ['folded', 'us of processor time a record', 'to the first'],
    measured.map(({ name, rate }) => [name, (1e6 / rate).toFixed(2), ((first?.rate ?? rate) / rate).toFixed(2)]),
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}
