import { expect } from 'chai';
import fc from 'fast-check';
import { merge } from 'rxjs';
import {
  addTo,
  byParity,
  parityOf,
  type Sale,
  sale,
  Sale as SaleSchema,
  sales,
  seenByItem,
  Sum,
  twice,
} from '@stockafolio/conformance';
import {
  foldByKey,
  int64,
  into,
  jsonCodec,
  keyBytes,
  partitionOf,
  pipeline,
  repartition,
  table,
  text,
} from '@stockafolio/core';
import { stagesOf, withLanes } from '@stockafolio/core/plan';
import { readLulls } from '@stockafolio/engine';
import { pipelineHarness, type PipelineHarness } from '@stockafolio/testing';
import { naiveOrder } from '../../test/naive-order.js';

/** Larger on request: `RANDOM_PLANS=5000`. */
const RUNS = Number(process.env['RANDOM_PLANS'] ?? 150);
const PARTITIONS = 3;

interface Message {
  readonly record: Sale;
  readonly sent: number;
}

const anyMessages = fc
  .array(
    fc.record({
      ...{ user: fc.constantFrom('ann', 'bob', 'cem', 'dan'), item: fc.constantFrom('tea', 'rum', 'ale', 'gin') },
      amount: fc.integer({ min: 1, max: 15 }),
      back: fc.oneof(fc.constant(0), fc.nat(900), fc.nat(4_000)),
      step: fc.oneof(fc.constant(0), fc.nat(900), fc.nat(9_000)),
      // The clock of a broker or a producer steps back.
      behind: fc.oneof(fc.constant(0), fc.nat(6_000)),
    }),
    { maxLength: 40 },
  )
  .map((steps): Message[] => {
    let sent = 4_000;
    return steps.map(({ step, back, behind, ...facts }) => {
      sent += step;
      return { record: sale({ ...facts, time: sent - back }), sent: sent - behind };
    });
  });

const kills = ['', '', 'commit', 'checkpoint', 'restart', 'part', 'redeliver'] as const;

/** What happens to a run after each message; a lull may be claimed too early. */
const anyDisturbances = fc.infiniteStream(fc.constantFrom(...kills, 'idle', 'settle'));

/** The same without lulls, but killed processes write on: no order depends on what they alone know. */
const anyZombies = fc.infiniteStream(fc.constantFrom(...kills, 'zombies'));

async function disturb(harness: PipelineHarness<Sale>, what: string): Promise<void> {
  if (what === 'idle') harness.idle();
  else if (what === 'commit') await harness.commit({ settle: false });
  else if (what === 'settle') await harness.commit();
  else if (what === 'checkpoint') await harness.checkpoint({ settle: false });
  else if (what === 'restart') await harness.restart();
  else if (what === 'part') await harness.restart([1]);
  else if (what === 'redeliver') await harness.redeliver(3);
  else if (what === 'zombies') await harness.zombies();
}

interface Sent {
  readonly input: number;
  readonly offset: number;
  readonly time: number;
  readonly sent: number;
  readonly record: unknown;
}

/** What the partitions of a stage send to those of the next one, by its partition and lane. */
class Lanes {
  readonly logs = Array.from({ length: PARTITIONS }, () => Array.from({ length: PARTITIONS }, (): Sent[] => []));
  readonly #numbers = new Array<number>(PARTITIONS).fill(0);

  send(from: number, key: string, sent: Pick<Sent, 'time' | 'sent' | 'record'>): void {
    const offset = this.#numbers[from] ?? 0;
    this.#numbers[from] = offset + 1;
    this.logs[partitionOf(keyBytes(key), PARTITIONS)]?.[from]?.push({ ...sent, input: from, offset });
  }
}

interface Row {
  readonly all: string;
  readonly count: number;
  readonly last: number;
  readonly version: number;
}

/** The rows by the plain definition of the pipeline. */
async function naiveRows(harness: PipelineHarness<Sale>, messages: readonly Message[]): Promise<Map<string, Row>> {
  const [, items, parities] = stagesOf(twice).map((stage) => withLanes(stage, [PARTITIONS]));
  const rows = new Map<string, Row>();
  const toItems = new Lanes();
  const received = new Array<number>(PARTITIONS).fill(Number.NEGATIVE_INFINITY);
  for (const { record, sent } of messages) {
    const from = partitionOf(keyBytes(record.user), PARTITIONS);
    received[from] = Math.max(received[from] ?? 0, sent);
    toItems.send(from, record.item, { record, time: record.time, sent: received[from] });
  }
  const stage = async (
    of: typeof items,
    lanes: Lanes,
    take: (record: never, place: { partition: number; time: number; version: number; received: number }) => void,
  ): Promise<void> => {
    for (const [partition, logs] of lanes.logs.entries()) {
      let version = 0;
      let newest = Number.NEGATIVE_INFINITY;
      const lulls = of === undefined ? [] : await readLulls(harness.tables, of, partition);
      for (const { record, time, sent } of naiveOrder(logs, twice.idleAfter, lulls)) {
        version = Math.max(version + 1, time * 1000);
        newest = Math.max(newest, sent);
        take(record as never, { partition, time, version, received: newest });
      }
    }
  };
  const add = (key: string, what: string, last: number, version: number): Row => {
    const { all, count } = rows.get(key) ?? { all: '', count: 0 };
    const row = { all: `${all}${what} `, count: count + 1, last, version };
    rows.set(key, row);
    return row;
  };
  const toParities = new Lanes();
  await stage(items, toItems, ({ user, amount, item }: Sale, { partition, time, version, received: sent }) => {
    const { count } = add(`seen_by_item ${item}`, `${user}${amount}`, time, version);
    const parity = parityOf(count);
    toParities.send(partition, parity, { record: { parity, item }, time, sent });
  });
  await stage(parities, toParities, ({ parity, item }: { parity: string; item: string }, { time, version }) => {
    add(`seen_by_parity ${parity}`, item, time, version);
  });
  return rows;
}

async function rowsOf(harness: PipelineHarness<Sale>): Promise<Map<string, Row>> {
  const rows = new Map<string, Row>();
  for (const of of [seenByItem, byParity]) {
    for await (const { values, version } of harness.tables.scanAll(of)) {
      const [key, all, count, last] = values as [string, string, number, number];
      rows.set(`${of.name} ${key}`, { all, count, last, version });
    }
  }
  return rows;
}

const codec = jsonCodec(SaleSchema);
const byItemAlone = table('sums', { partitionBy: ['item'] }, { item: text(), amount: int64(), count: int64() });

describe('repartition', () => {
  it('brings all records of a key together', async () => {
    const harness = pipelineHarness<Sale>(twice);
    for (let n = 0; n < 60; n++) harness.push(sale({ user: `user${n % 17}`, item: `item${n % 3}`, time: n }));
    await harness.commit();
    const counts = (await harness.rows(seenByItem)).map(({ item, count, last }) => [item, count, last]);
    expect(counts).to.deep.equal([0, 1, 2].map((n) => [`item${n}`, 20, 57 + n]));
  });

  it('is refused if nothing reads what comes after it', () => {
    const made = (isRead: boolean) =>
      pipeline('unread', { sales }, ({ sales: records }) => {
        const first = records.pipe(repartition('first', 'item'));
        const second = records.pipe(repartition('second', 'item'));
        const read = isRead ? merge(first, second) : first;
        return [into(byItemAlone, read.pipe(foldByKey('sums', { key: ['item'], state: Sum, fold: addTo })))];
      });
    expect(() => made(false)).to.throw(/nothing reads what comes after repartition 'second'/);
    expect(made(true).plan.repartitions).to.have.length(2);
  });

  const makesThePlainRows = async (disturbances: typeof anyDisturbances | typeof anyZombies): Promise<void> => {
    await fc.assert(
      fc.asyncProperty(anyMessages, disturbances, async (messages, between) => {
        const harness = pipelineHarness<Sale>(twice, { partitions: PARTITIONS });
        for (const { record, sent } of messages) {
          harness.pushMessage(codec.encode(record), partitionOf(keyBytes(record.user), PARTITIONS), sent);
          await disturb(harness, (between.next() as IteratorYieldResult<string>).value);
        }
        await harness.commit();
        expect(await rowsOf(harness)).to.deep.equal(await naiveRows(harness, messages));
        expect(await harness.deadLetters()).to.deep.equal([]);
      }),
      { numRuns: RUNS },
    );
  };

  it('makes what its plain definition makes of the messages, at any kill, redelivery, commit and lull', () =>
    makesThePlainRows(anyDisturbances));

  it('makes the same if killed processes write on', () => makesThePlainRows(anyZombies));
});
