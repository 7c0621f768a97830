/** Makes the archives for the batch benchmark, in the archiver's layout, directly from the generator. */
import { archiveWriter, type ArchiveEntry } from '@stockafolio/connectors/archive';
import { filesLocal } from '@stockafolio/connectors/files-local';
import { keyBytes, partitionOf } from '@stockafolio/core';
import { Trade, generateTrades } from '@stockafolio/example';

/** The design's figures: a topic of four partitions, 20,000 trades a second. */
const PARTITIONS = 4;
const RATE = 20_000;
const DAY = '2026-01-05';
const ROLL = 500_000;
const AT_A_TIME = 10_000;

export interface Made {
  readonly dir: string;
  readonly trades: number;
  /** Bytes of all its files. */
  readonly bytes: number;
}

/**
 * An archive of this many trades of this many users.
 *
 * @param laps each lap has the same users and symbols as the lap before: that many times as many trades, without more
 * positions
 */
export async function makeArchive(dir: string, trades: number, users: number, laps = 1): Promise<Made> {
  const files = filesLocal(dir);
  const partitions = Array.from({ length: PARTITIONS }, (_, partition) => new PartitionFiles(dir, partition));
  const generator = generateTrades({ trades, users, seed: 1, start: Date.UTC(2026, 0, 5, 14, 30), rate: RATE });
  const held: Pick<Trade, 'user' | 'symbol' | 'sector'>[] = [];
  const lap = Math.ceil(trades / laps);
  let made = 0;
  for (let batch = generator.next(AT_A_TIME); batch.length > 0; batch = generator.next(AT_A_TIME)) {
    for (const trade of batch) {
      const same = laps > 1 && made >= lap ? held[made % lap] : undefined;
      if (laps > 1 && made < lap) held.push({ user: trade.user, symbol: trade.symbol, sector: trade.sector });
      const record = same === undefined ? trade : { ...trade, ...same };
      partitions[partitionOf(keyBytes(record.user), PARTITIONS)]?.push(record);
      made++;
    }
    for (const partition of partitions) await partition.roll(ROLL);
  }
  for (const partition of partitions) await partition.roll(1);
  let bytes = 0;
  for await (const { size } of files.list('trades/')) bytes += size;
  return { dir, trades, bytes };
}

class PartitionFiles {
  readonly #dir: string;
  readonly #partition: number;
  #waiting: ArchiveEntry<Trade>[] = [];
  #next = 0;

  constructor(dir: string, partition: number) {
    this.#dir = dir;
    this.#partition = partition;
  }

  push(record: Trade): void {
    this.#waiting.push({ offset: this.#next++, ingested: record.time, record });
  }

  /** Writes the pending trades into a file once there are this many. */
  async roll(least: number): Promise<void> {
    if (this.#waiting.length < least) return;
    const facts = { source: 'benchmark', partitions: PARTITIONS, partitioner: 'murmur2' };
    const writer = archiveWriter(filesLocal(this.#dir), Trade, {
      ...{ stream: 'trades', facts, partition: this.#partition, day: DAY, began: 0 },
    });
    await writer.append(this.#waiting);
    await writer.finish();
    this.#waiting = [];
  }
}
