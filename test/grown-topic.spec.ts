import { expect } from 'chai';
import fc from 'fast-check';
import { setImmediate } from 'node:timers/promises';
import { fileArchive } from '@stockafolio/connectors/archive';
import {
  foldByKey,
  type Infer,
  int64,
  into,
  isStockafolioError,
  jsonCodec,
  partitionOf,
  pipeline,
  record,
  shard,
  shardedFold,
  stream,
  table,
  text,
  timestamp,
} from '@stockafolio/core';
import type { Archive, OutgoingMessage, Tables } from '@stockafolio/core/ports';
import { deadLetters } from '@stockafolio/engine';
import { type BatchOptions, type BatchPorts, runBatch } from '@stockafolio/runner-batch';
import { runArchive, runStream, type StreamOptions } from '@stockafolio/runner-stream';
import { memoryFiles, memoryTables, memoryTopic, virtualClock, type VirtualClock } from '@stockafolio/testing';

const Event = record('event', { user: text({ min: 1 }), n: int64(), time: timestamp() });
type Event = Infer<typeof Event>;
const events = stream('events', Event, { key: (e) => e.user, time: (e) => e.time });
const codec = jsonCodec(Event);

const Chain = record('chain', { digest: int64(), count: int64() });
const chains = table('chains', { partitionBy: ['user'] }, { user: text(), digest: int64(), count: int64() });
const Sum = record('sum', { n: int64() });
const sums = table(
  'sums',
  { partitionBy: ['digit'], clusterBy: ['shard'] },
  { digit: int64(), shard: shard(), n: int64() },
);

/** For each user a digest that depends on the order of every event; for all users a sum. */
const digests = pipeline('digests', { events }, ({ events }) => [
  into(
    chains,
    events.pipe(
      foldByKey('chains', {
        key: (e) => [e.user],
        state: Chain,
        fold: (chain, e) => {
          chain.digest = (chain.digest * 31 + e.n + 7) % 1_000_003;
          chain.count += 1;
        },
      }),
    ),
  ),
  into(
    sums,
    events.pipe(shardedFold('sums', { key: (e) => [e.n % 3], state: Sum, fold: (sum, e) => void (sum.n += e.n) })),
  ),
]);

const bytes = (value: string): Uint8Array => new TextEncoder().encode(value);

/** The messages that were sent, in order; an invalid message is identified only by its offset. */
class Sent {
  readonly good: Event[] = [];
  readonly bad: string[] = [];
  #time = 1_000_000;

  /** @param placedFor the number of partitions that the producer knows of */
  message(user: string, isBad: boolean, placedFor: number, ends: Map<number, number>): OutgoingMessage {
    const key = bytes(user);
    const partition = partitionOf(key, placedFor);
    const offset = ends.get(partition) ?? 0;
    ends.set(partition, offset + 1);
    this.#time += 10;
    if (isBad) {
      this.bad.push(`${partition} ${offset}`);
      return { key, value: bytes('{"user":'), partition, timestamp: this.#time };
    }
    const event = { user, n: this.good.length, time: this.#time };
    this.good.push(event);
    return { key, value: codec.encode(event), partition, timestamp: this.#time };
  }

  /** The result of an independent fold. */
  get wanted(): Outcome {
    const chains = new Map<string, [number, number]>();
    const sums = [0, 0, 0];
    for (const { user, n } of this.good) {
      const [digest, count] = chains.get(user) ?? [0, 0];
      chains.set(user, [(digest * 31 + n + 7) % 1_000_003, count + 1]);
      sums[n % 3] = (sums[n % 3] ?? 0) + n;
    }
    return {
      chains: [...chains].map(([user, [digest, count]]) => `${user} ${digest} ${count}`).sort(),
      sums,
      letters: [...this.bad].sort(),
    };
  }
}

interface Outcome {
  readonly chains: readonly string[];
  readonly sums: readonly number[];
  readonly letters: readonly string[];
}

async function outcomeOf(tables: Tables): Promise<Outcome> {
  const outcome = { chains: [] as string[], sums: [0, 0, 0], letters: [] as string[] };
  for await (const { values } of tables.scanAll(chains)) outcome.chains.push(values.join(' '));
  for await (const { values } of tables.scanAll(sums)) {
    const digit = Number(values[0]);
    outcome.sums[digit] = (outcome.sums[digit] ?? 0) + Number(values[2]);
  }
  for await (const { values } of tables.scanAll(deadLetters))
    outcome.letters.push(`${String(values[1])} ${String(values[2])}`);
  outcome.chains.sort();
  outcome.letters.sort();
  return outcome;
}

async function codeOf(promise: Promise<unknown>): Promise<string | undefined> {
  try {
    await promise;
  } catch (error) {
    if (isStockafolioError(error)) return error.code;
    throw error;
  }
  return undefined;
}

/** A topic with its archive, tables and checkpoints. */
class World {
  readonly clock: VirtualClock = virtualClock();
  readonly topic;
  readonly #files = memoryFiles();
  readonly sent = new Sent();
  readonly ends = new Map<number, number>();
  made = { tables: memoryTables(), checkpoints: memoryFiles() };

  constructor(partitions: number) {
    this.topic = memoryTopic({ clock: this.clock, partitions, batch: 7 });
  }

  /** As a new process finds it. */
  get archive(): Archive<Event> {
    return fileArchive(this.#files, events);
  }

  /** Lets time pass until the promise settles, and other asynchronous work run. */
  async #passing<T>(promise: Promise<T>): Promise<T> {
    let isDone = false;
    const done = promise.finally(() => (isDone = true));
    done.catch(() => undefined);
    while (!isDone) {
      await setImmediate();
      await this.clock.advance(20);
    }
    return done;
  }

  async send(users: readonly number[], placedFor: number): Promise<void> {
    const messages = users.map((n) => this.sent.message(`u${n % 23}`, n % 17 === 0, placedFor, this.ends));
    await this.topic.append(messages);
  }

  stream(made = this.made): Promise<unknown> {
    const options: StreamOptions<Event> = {
      ...{ pipeline: digests, codec, source: this.topic.source(), clock: this.clock, untilCaughtUp: true },
      ...made,
    };
    return this.#passing(runStream(options));
  }

  /** To the end, with files of a few messages. */
  archiveAll(): Promise<unknown> {
    const source = this.topic.source();
    return this.#passing(
      runArchive({
        ...{ stream: events, codec, source, archive: this.archive, clock: this.clock },
        ...{ untilCaughtUp: true, rollRecords: 9 },
      }),
    );
  }

  batch(options: BatchOptions = {}, made = this.made): Promise<unknown> {
    const ports: BatchPorts<Event> = { pipeline: digests, codec, archive: this.archive, clock: this.clock, ...made };
    return runBatch(ports, options);
  }
}

const users = fc.array(fc.nat(400), { maxLength: 60 });

describe('a topic that was given partitions', () => {
  it('is rejected by stream and batch at every start, and repaired from the archive by one command', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 5 }),
        fc.record({
          before: users,
          unarchived: users,
          mixed: fc.array(fc.tuple(fc.nat(400), fc.boolean())),
          after: users,
        }),
        fc.option(fc.nat(40)),
        async (was, more, sent, killedAfter) => {
          const is = was + more;
          const world = new World(was);
          await world.send([1, ...sent.before], was);
          await world.stream();
          await world.archiveAll();
          await world.send(sent.unarchived, was);

          world.topic.grow(is);
          const old = await outcomeOf(world.made.tables);
          for (let start = 0; start < 2; start++)
            expect(await codeOf(world.stream())).to.equal('ERR_PARTITIONS_CHANGED');
          // Producers learn about the new partitions one after the other.
          for (const [user, isNew] of sent.mixed) await world.send([user], isNew ? is : was);
          await world.archiveAll();
          for (let start = 0; start < 2; start++)
            expect(await codeOf(world.stream())).to.equal('ERR_PARTITIONS_CHANGED');
          expect(await outcomeOf(world.made.tables)).to.eql(old);

          const made = { tables: memoryTables(), checkpoints: memoryFiles() };
          if (killedAfter !== null) {
            let taken = 0;
            const signal = {
              get aborted() {
                return ++taken > killedAfter;
              },
              addEventListener: () => undefined,
              removeEventListener: () => undefined,
            };
            await codeOf(world.batch({ repartition: is, signal: signal as never }, made));
            // Messages that are archived meanwhile are left to later runs.
            await world.send([3, 5, 8], is);
            await world.archiveAll();
          }
          await world.batch({ repartition: is }, made);
          await world.send(sent.after, is);
          await world.stream(made);
          expect(await outcomeOf(made.tables)).to.eql(world.sent.wanted);

          await world.archiveAll();
          const again = { tables: memoryTables(), checkpoints: memoryFiles() };
          await world.batch({ repartition: is }, again);
          await world.batch({}, again);
          expect(await outcomeOf(again.tables)).to.eql(world.sent.wanted);
        },
      ),
      { numRuns: 60 },
    );
  });
});
