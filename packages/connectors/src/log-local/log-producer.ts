import { realpath } from 'node:fs/promises';
import { StockafolioError, type Partitioner } from '@stockafolio/core';
import { type Clock, type OutgoingMessage, type Producer, messagePartition } from '@stockafolio/core/ports';
import { systemClock } from '../clock-system/index.js';
import { processLock, type Owner, type ProcessLock } from '../process-lock/process-lock.js';
import type { TimedMessage } from './frame.js';
import { logError } from './log-error.js';
import { createLog, type CreateLogOptions } from './meta.js';
import { PartitionWriter, type WriterOptions } from './partition-writer.js';
import { partitionFolder } from './segments.js';

export interface LogProducerOptions extends CreateLogOptions {
  readonly clock?: Pick<Clock, 'now'>;
  /** How the partition of a key is chosen if a message names none; defaults to `murmur2`. */
  readonly partitioner?: Partitioner;
  /** A segment is closed at about this many bytes; defaults to 64 MiB. */
  readonly segmentBytes?: number;
  /**
   * Defaults to `never`: an append survives the death of this process, by `kill -9` too, and is forced to disk when a
   * segment is full and on close. `each`: every append also survives a power cut.
   */
  readonly fsync?: 'never' | 'each';
}

/** The writing end of one log, shared by all producers of this process. */
interface Writing {
  readonly lock: ProcessLock;
  readonly writers: readonly PartitionWriter[];
}

interface Shared {
  readonly opening: Promise<Writing>;
  users: number;
  closing: Promise<void> | undefined;
}

const writings = new Map<string, Shared>();

/**
 * The writing end of a log in a folder; creates the log if there is none.
 *
 * One process writes at a time, with any number of producers; the first of them sets the options. The partitioner
 * chooses the partition of a message by its key. A message without a key goes to the partition of its value, so that
 * the same messages always make the same log. Arrays passed to `append` must stay unchanged until it resolves.
 *
 * @throws ERR_LOG_LOCKED if another process is writing, ERR_LOG_CORRUPT if the log is damaged
 * @example
 * const producer = await logProducer('/data/trades', { partitions: 4 });
 * await producer.append([{ key: null, value: new TextEncoder().encode('{}') }]);
 * await producer.close();
 */
export async function logProducer(dir: string, options: LogProducerOptions = {}): Promise<Producer> {
  await createLog(dir, options);
  const realDir = await realpath(dir);
  await writings.get(realDir)?.closing?.catch(() => undefined);
  const mine = writings.get(realDir) ?? { opening: openWriting(realDir, options), users: 0, closing: undefined };
  writings.set(realDir, mine);
  mine.users += 1;
  try {
    return producerOf(await mine.opening, dir, options, () => leave(realDir, mine));
  } catch (error) {
    if (writings.get(realDir) === mine) writings.delete(realDir);
    throw logError(error, dir);
  }
}

async function openWriting(dir: string, options: LogProducerOptions): Promise<Writing> {
  const lock = await processLock({
    dir,
    name: 'writer.lock',
    taken: (owner, isElsewhere) => locked(dir, owner, isElsewhere),
  });
  const writers: PartitionWriter[] = [];
  try {
    const { partitions } = await createLog(dir);
    const settings: WriterOptions = {
      segmentBytes: options.segmentBytes ?? 64 * 1024 * 1024,
      fsync: options.fsync ?? 'never',
    };
    for (let i = 0; i < partitions; i += 1) {
      writers.push(await PartitionWriter.open(partitionFolder(dir, i), settings));
    }
    return { lock, writers };
  } catch (error) {
    for (const writer of writers) await writer.close();
    await lock.release();
    throw error;
  }
}

async function leave(realDir: string, mine: Shared): Promise<void> {
  mine.users -= 1;
  if (mine.users > 0) return;
  mine.closing = mine.opening.then(closeWriting).finally(() => {
    writings.delete(realDir);
  });
  await mine.closing;
}

async function closeWriting({ writers, lock }: Writing): Promise<void> {
  try {
    for (const writer of writers) await writer.close();
  } finally {
    await lock.release();
  }
}

function producerOf(
  { writers }: Writing,
  dir: string,
  { clock = systemClock, partitioner = 'murmur2' }: LogProducerOptions,
  closed: () => Promise<void>,
): Producer {
  let open = true;
  return {
    async append(messages) {
      if (!open) throw new StockafolioError('ERR_INTERNAL', `this producer of the log in ${dir} is closed`);
      const shares: TimedMessage[][] = writers.map(() => []);
      const now = clock.now();
      for (const message of messages) {
        const timed = message.timestamp === undefined ? { ...message, timestamp: now } : (message as TimedMessage);
        shareOf(shares, message, partitioner).push(timed);
      }
      const appends = writers.map((writer, i) => {
        const share = shares[i] ?? [];
        return share.length === 0 ? undefined : writer.append(share);
      });
      // All appends must end before a failure is reported, or a retry could overtake one that is still in flight.
      for (const outcome of await Promise.allSettled(appends)) {
        if (outcome.status === 'rejected') throw logError(outcome.reason, dir);
      }
    },
    async close() {
      if (!open) return;
      open = false;
      await closed().catch((error: unknown) => {
        throw logError(error, dir);
      });
    },
  };
}

function shareOf(shares: TimedMessage[][], message: OutgoingMessage, partitioner: Partitioner): TimedMessage[] {
  const partition = messagePartition(message, partitioner, shares.length);
  const share = shares[partition];
  if (share !== undefined) return share;
  throw new StockafolioError('ERR_USAGE', `there is no partition ${partition} in a log of ${shares.length}`);
}

function locked(dir: string, { pid, host }: Owner, isElsewhere: boolean): StockafolioError {
  const where = isElsewhere ? ` on ${host}` : '';
  return new StockafolioError('ERR_LOG_LOCKED', `process ${pid}${where} is writing to the log in ${dir}`, {
    hint: isElsewhere
      ? 'if that process has ended, remove the file writer.lock'
      : 'let one process write, or wait for that one to end',
  });
}
