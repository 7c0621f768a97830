import { setTimeout as pause } from 'node:timers/promises';
import { isStockafolioError, keyBytes, messageOf, StockafolioError, type Stream } from '@stockafolio/core';
import {
  choosePartition,
  type Clock,
  type Codec,
  type OutgoingMessage,
  type Producer,
  type Source,
} from '@stockafolio/core/ports';
import { readProgress } from '@stockafolio/engine';
import { findReplayed, REPLAYS } from './find-replayed.js';
import { markReplayed, messageOfDeadLetter, type DeadLetter, type LetterPorts } from './dead-letters.js';
import { ReplayTurn } from './replay-turn.js';

export interface ReplayPorts extends LetterPorts {
  readonly pipeline: string;
  readonly stream: Stream<unknown>;
  readonly codec: Codec<unknown>;
  readonly clock: Pick<Clock, 'now' | 'elapsed'>;
  openSource(): Source;
  openProducer(): Promise<Producer>;
}

export interface ReplayOptions {
  /** Also replay dead letters if the source no longer shows whether they were replayed. */
  readonly assumeNotReplayed: boolean;
  readonly signal: AbortSignal;
  /** Receives what it waits for. */
  readonly onWait: (why: string) => void;
  /** Receives how many messages of the source were searched. */
  readonly onSearched: (count: number) => void;
}

/** Dead letters that are appended at once. */
const AT_ONCE = 200;
const BYTES_AT_ONCE = 4 * 1024 * 1024;
/** How long to wait for another process that writes to a log, in milliseconds. */
const WRITER_WITHIN = 30_000;
const LOOK = 250;

/**
 * Appends dead letters to the source, each once. Earlier replays are found in the source itself, by the header that
 * names the dead letter, and only one process at a time searches and appends. The tables are updated afterwards.
 *
 * @returns how many messages this call has appended, and how many dead letters are left if the signal ended it
 * @throws ERR_BAD_RECORD, before anything is appended, listing the messages that are still not valid records;
 * ERR_REPLAY_IN_DOUBT, as early, if the source no longer shows whether a dead letter was replayed; ERR_SOURCE_MISMATCH
 * if the tables were made from another source
 */
export async function replayDeadLetters(
  letters: readonly DeadLetter[],
  ports: ReplayPorts,
  options: ReplayOptions,
): Promise<{ readonly replayed: number; readonly left: number }> {
  if (letters.length === 0) return { replayed: 0, left: 0 };
  await expectRecords(letters, ports);
  const source = ports.openSource();
  const closing: { close(): Promise<void> }[] = [source];
  try {
    await expectSameSource(source, ports);
    const producer = await writerOf(ports, options);
    closing.unshift(producer);
    const partitions = (await source.ranges()).length;
    const turn = source.shared === true ? await ReplayTurn.join(ports.openSource(), options.onWait) : undefined;
    if (turn !== undefined) closing.unshift(turn);
    const left = new Map(letters.map((letter) => [letter.id, letter]));
    let replayed = 0;
    while (left.size > 0 && !options.signal.aborted) {
      await turn?.wait(options.signal);
      replayed += await replaySome(left, { producer, partitions, turn }, ports, options);
    }
    return { replayed, left: left.size };
  } finally {
    for (const each of closing) await each.close();
  }
}

interface Writing {
  readonly producer: Producer;
  readonly partitions: number;
  /** Absent if no other process can write. */
  readonly turn: ReplayTurn | undefined;
}

/** Replays as long as it is this process's turn, and removes finished dead letters from those that are left. */
async function replaySome(
  left: Map<string, DeadLetter>,
  { producer, partitions, turn }: Writing,
  ports: ReplayPorts,
  options: ReplayOptions,
): Promise<number> {
  const isOver = async (): Promise<boolean> => options.signal.aborted || (await turn?.isMine()) === false;
  const done = async (some: readonly DeadLetter[]): Promise<void> => {
    await markReplayed(ports.tables, some);
    for (const { id } of some) left.delete(id);
  };
  const already = await search([...left.values()], ports, options, isOver);
  if (already === undefined) return 0;
  for (const some of chunks(
    [...left.values()].filter(({ id }) => already.has(id)),
    AT_ONCE,
  ))
    await done(some);
  let replayed = 0;
  let some: DeadLetter[] = [];
  let messages: OutgoingMessage[] = [];
  let bytes = 0;
  const flush = async (): Promise<void> => {
    await producer.append(messages);
    await done(some);
    replayed += some.length;
    [some, messages, bytes] = [[], [], 0];
  };
  for (const letter of [...left.values()]) {
    const message = await outgoing(letter, partitions, ports);
    some.push(letter);
    messages.push(message);
    bytes += message.value?.length ?? 0;
    if (some.length < AT_ONCE && bytes < BYTES_AT_ONCE) continue;
    if (await isOver()) return replayed;
    await flush();
  }
  if (some.length > 0 && !(await isOver())) await flush();
  return replayed;
}

/** Ids of the dead letters that are in the source; undefined if the search was aborted. @throws ERR_REPLAY_IN_DOUBT */
async function search(
  letters: readonly DeadLetter[],
  ports: ReplayPorts,
  options: ReplayOptions,
  isOver: () => Promise<boolean>,
): Promise<ReadonlySet<string> | undefined> {
  const source = ports.openSource();
  try {
    const onMessages = async (count: number): Promise<void> => {
      options.onSearched(count);
      if (await isOver()) throw new GivenUp();
    };
    const { found, inDoubt } = await findReplayed({ source, letters, onMessages });
    if (inDoubt.length > 0 && !options.assumeNotReplayed) throw doubtful(inDoubt);
    return found;
  } catch (error) {
    if (error instanceof GivenUp) return undefined;
    throw error;
  } finally {
    await source.close();
  }
}

class GivenUp extends Error {}

/** The message of a dead letter, under a time that is later than the start of any search for it. */
async function outgoing(letter: DeadLetter, partitions: number, ports: ReplayPorts): Promise<OutgoingMessage> {
  const { stream, codec, clock } = ports;
  const value = await messageOfDeadLetter(ports, letter);
  const key = keyBytes(stream.key(codec.decode(value, letter)));
  const partition = choosePartition(stream.partitioner ?? 'murmur2', key, partitions);
  const timestamp = Math.max(clock.now(), letter.ingested);
  return { key, value, partition, timestamp, headers: { [REPLAYS]: letter.id } };
}

async function expectRecords(letters: readonly DeadLetter[], ports: ReplayPorts): Promise<void> {
  const faults: string[] = [];
  let count = 0;
  for (const letter of letters) {
    try {
      const message = await messageOfDeadLetter(ports, letter);
      ports.codec.decode(message, letter);
    } catch (error) {
      if (isStockafolioError(error) && (error.code === 'ERR_USAGE' || error.domain !== 'user')) throw error;
      count++;
      if (faults.length < 20) faults.push(`${letter.id}: ${messageOf(error)}`);
    }
  }
  if (count === 0) return;
  throw new StockafolioError(
    'ERR_BAD_RECORD',
    `${count} of ${letters.length} messages are still not valid records; none was replayed:\n  ${faults.join('\n  ')}`,
    {
      hint: 'correct them in the file of --with (lines of `dead-letters list --format jsonl`), or omit their lines',
    },
  );
}

/**
 * A dead letter is an offset in the source that the tables were made from: in another source it means another message.
 */
async function expectSameSource(source: Source, { tables, pipeline, stream }: ReplayPorts): Promise<void> {
  const identity = await source.identity();
  // The progress of a broadcast stream is kept by its partitions.
  const owner = stream.isBroadcast ? `${pipeline}-0` : pipeline;
  for (const { source: made } of (await readProgress(tables, owner)).values()) {
    if (made === identity) continue;
    throw new StockafolioError('ERR_SOURCE_MISMATCH', `the tables were made from ${made}; --to names ${identity}`, {
      hint: 'replay dead letters into the source that they come from',
    });
  }
}

async function writerOf(ports: ReplayPorts, { signal, onWait }: ReplayOptions): Promise<Producer> {
  const begun = ports.clock.elapsed();
  for (let told = false; ; told = true) {
    try {
      return await ports.openProducer();
    } catch (error) {
      const isLate = ports.clock.elapsed() - begun >= WRITER_WITHIN;
      if (!isStockafolioError(error, 'ERR_LOG_LOCKED') || isLate || signal.aborted) throw error;
      if (!told) onWait(error.message);
      await pause(LOOK);
    }
  }
}

function doubtful(letters: readonly DeadLetter[]): StockafolioError {
  const ids = letters.slice(0, 20).map(({ id }) => id);
  const more = letters.length > ids.length ? ', ...' : '';
  return new StockafolioError(
    'ERR_REPLAY_IN_DOUBT',
    `for ${letters.length} dead letters the source no longer shows whether they were replayed; none was replayed now: ${ids.join(', ')}${more}`,
    {
      hint: 'check in the tables whether their records have arrived; omit those from the file of --with, and use --assume-not-replayed for the others',
    },
  );
}

function* chunks<T>(all: readonly T[], size: number): Generator<readonly T[]> {
  for (let from = 0; from < all.length; from += size) yield all.slice(from, from + size);
}
