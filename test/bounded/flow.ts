/**
 * A process through which trades flow: generated on demand, decoded, folded, and written to slow tables that keep
 * nothing. Prints how many it processed and its peak memory.
 */
import { systemClock } from '@stockafolio/connectors/clock-system';
import { partitionOf } from '@stockafolio/core';
import {
  type AssignmentListener,
  murmur2,
  type Mutation,
  type PartitionRange,
  type Source,
  type SourceBatch,
  type SourceMessage,
  type Tables,
} from '@stockafolio/core/ports';
import { progress, runTables } from '@stockafolio/engine';
import { generateTrades, portfolio, wireForm } from '@stockafolio/example';
import { runStream } from '@stockafolio/runner-stream';
import { memoryFiles, memoryTables } from '@stockafolio/testing';

const COUNT = Number(process.argv[2]);
const PARTITIONS = 4;
const SLOW_EVERY = 50;

/** Generates the next messages only on demand: it could continue for ever. */
class Endless implements Source {
  readonly #trades = generateTrades({
    trades: COUNT,
    users: 20_000,
    seed: 5,
    start: Date.UTC(2026, 0, 5, 14, 30),
    rate: 20_000,
  });
  readonly #ends = new Array<number>(PARTITIONS).fill(0);
  readonly #waiting: SourceBatch[] = [];

  identity = (): Promise<string> => Promise.resolve(`endless-${murmur2(Buffer.from('5'))}`);
  ranges = (): Promise<PartitionRange[]> =>
    Promise.resolve(this.#ends.map((end, partition) => ({ partition, oldest: 0, end })));

  async open(_group: string, listener: AssignmentListener): Promise<void> {
    await listener.assigned([0, 1, 2, 3], 1);
  }

  async next(): Promise<SourceBatch | undefined> {
    if (this.#waiting.length === 0) this.#generate();
    // Like a socket, it lets other work run.
    await new Promise((resolve) => setImmediate(resolve));
    return this.#waiting.shift();
  }

  #generate(): void {
    const some = Array.from({ length: PARTITIONS }, (): SourceMessage[] => []);
    for (const trade of this.#trades.next(4_000)) {
      const key = Buffer.from(trade.user);
      const partition = partitionOf(key, PARTITIONS);
      const offset = this.#ends[partition] ?? 0;
      this.#ends[partition] = offset + 1;
      some[partition]?.push({ offset, timestamp: trade.time, key, value: wireForm.encode(trade) });
    }
    some.forEach((messages, partition) => {
      const endOffset = this.#ends[partition] ?? 0;
      if (messages.length > 0) this.#waiting.push({ partition, generation: 1, messages, endOffset });
    });
  }

  pause = (): void => undefined;
  resume = (): void => undefined;
  seek = (): void => undefined;
  commit = (): Promise<void> => Promise.resolve();
  close = (): Promise<void> => Promise.resolve();
}

let writes = 0;
let rows = 0;

/** The tables that a run reads its progress from. All other rows are discarded. */
const kept = new Set([progress, ...runTables].map(({ name }) => name));
const standing = memoryTables();

const slow: Tables = {
  ...standing,
  write: async (mutations: readonly Mutation[]) => {
    rows += mutations.length;
    await standing.write(mutations.filter(({ table }) => kept.has(table.name)));
    if (writes++ % SLOW_EVERY === 0) await systemClock.sleep(250);
  },
};

const result = await runStream({
  pipeline: portfolio,
  codec: wireForm,
  source: new Endless(),
  tables: slow,
  checkpoints: memoryFiles(),
  clock: systemClock,
  checkpointInterval: 1e9,
  untilCaughtUp: true,
});
process.stdout.write(JSON.stringify({ records: result.records, rows, peakMiB: process.resourceUsage().maxRSS / 1024 }));
