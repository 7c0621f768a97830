import { readFile } from 'node:fs/promises';
import { choosePartition, keyBytes, messageOf, StockafolioError, type Stream, type Value } from '@stockafolio/core';
import { deadLetters } from '@stockafolio/core/engine';
import type { Codec, Producer, Source, StoredRow, Tables } from '@stockafolio/core/ports';
import { findReplayed } from './find-replayed.js';

/** A message that was set aside, as it is to be appended again. */
export interface Letter {
  readonly row: StoredRow;
  readonly partition: number;
  readonly offset: number;
  readonly message: Uint8Array;
  readonly ingested: number;
}

export interface ReplayPorts {
  readonly tables: Tables;
  readonly stream: Stream<unknown>;
  readonly codec: Codec<unknown>;
  openSource(): Source;
  openProducer(): Promise<Producer>;
}

/** The header that names the letter which a message replays, as `partition-offset`. */
export const REPLAYS = 'replays';

const column = (name: string): number => deadLetters.columns.findIndex((c) => c.name === name);
const at = {
  pipeline: column('pipeline'),
  partition: column('partition'),
  offset: column('offset'),
  operator: column('operator'),
  message: column('message'),
  encoding: column('encoding'),
  truncated: column('truncated'),
  ingested: column('ingested'),
  replayed: column('replayed'),
};

/**
 * The letters that can be replayed: those set aside as a whole and not replayed yet. With a file, only those that it
 * lists, with the messages that it gives.
 *
 * @throws ERR_USAGE naming the line of the file that is no letter
 */
export async function lettersToReplay(
  tables: Tables,
  pipeline: string,
  file: string | undefined,
): Promise<{ letters: Letter[]; skipped: number }> {
  const mended = file === undefined ? undefined : await readMended(file);
  const letters: Letter[] = [];
  let skipped = 0;
  for await (const row of tables.scanAll(deadLetters)) {
    const { values } = row;
    if (values[at.pipeline] !== pipeline || isDone(values)) continue;
    const partition = Number(values[at.partition]);
    const offset = Number(values[at.offset]);
    const message = mended?.get(`${partition}-${offset}`);
    if (mended !== undefined && message === undefined) continue;
    if (values[at.operator] !== '') {
      skipped++;
      continue;
    }
    if (message === undefined && values[at.truncated] === true) {
      throw new StockafolioError('ERR_USAGE', `letter ${partition}-${offset} holds only the beginning of its message`, {
        hint: 'give the whole message with --with; the original is in the source at this position',
      });
    }
    const whole = message ?? original(values);
    letters.push({ row, partition, offset, message: whole, ingested: Number(values[at.ingested]) });
  }
  return { letters, skipped };
}

/**
 * Appends letters to the source, each once: a letter is first marked with the place from which its message can be found
 * again, so that a replay that was killed in between goes on without doubling any.
 *
 * @returns how many messages are in the source by this call
 * @throws ERR_BAD_RECORD, before anything is appended, listing the messages that are still no records
 */
export async function replayLetters(letters: readonly Letter[], ports: ReplayPorts): Promise<number> {
  if (letters.length === 0) return 0;
  const records = decodeAll(letters, ports);
  const source = ports.openSource();
  const producer = await ports.openProducer();
  let replayed = 0;
  try {
    const ranges = await source.ranges();
    const already = await findReplayed(
      ports.openSource(),
      letters.flatMap((letter) => pendingPlace(letter.row.values) ?? []),
    );
    for (const [n, letter] of letters.entries()) {
      const id = `${letter.partition}-${letter.offset}`;
      if (!already.has(id)) {
        const key = keyBytes(ports.stream.key(records[n]));
        const partition = choosePartition(ports.stream.partitioner ?? 'murmur2', key, ranges.length);
        const end = ranges.find((range) => range.partition === partition)?.end ?? 0;
        await mark(ports.tables, letter.row, `pending:${partition}:${end}`, 1);
        await producer.append([{ key, value: letter.message, partition, headers: { [REPLAYS]: id } }]);
        replayed++;
      }
      await mark(ports.tables, letter.row, 'done', 2);
    }
  } finally {
    await producer.close();
    await source.close();
  }
  return replayed;
}

function decodeAll(letters: readonly Letter[], { codec }: ReplayPorts): unknown[] {
  const faults: string[] = [];
  const records = letters.map(({ message, partition, offset }) => {
    try {
      return codec.decode(message, { partition, offset });
    } catch (error) {
      faults.push(`${partition}-${offset}: ${messageOf(error)}`);
      return undefined;
    }
  });
  if (faults.length === 0) return records;
  const shown = faults.slice(0, 20).join('\n  ');
  throw new StockafolioError(
    'ERR_BAD_RECORD',
    `${faults.length} of ${letters.length} messages are still no records; none was replayed:\n  ${shown}`,
    {
      hint: 'mend them in the file of --with (lines of `dead-letters list --format jsonl`), or leave their lines out',
    },
  );
}

async function mark(tables: Tables, row: StoredRow, state: string, step: number): Promise<void> {
  const values = [...row.values];
  values[at.replayed] = state;
  await tables.write([{ table: deadLetters, values, version: row.version + step }]);
}

function isDone(values: readonly Value[]): boolean {
  return values[at.replayed] === 'done';
}

function pendingPlace(values: readonly Value[]): { partition: number; offset: number } | undefined {
  const match = /^pending:(\d+):(\d+)$/.exec(String(values[at.replayed] ?? ''));
  return match === null ? undefined : { partition: Number(match[1]), offset: Number(match[2]) };
}

function original(values: readonly Value[]): Uint8Array {
  return Buffer.from(String(values[at.message]), values[at.encoding] === 'base64' ? 'base64' : 'utf8');
}

async function readMended(file: string): Promise<Map<string, Uint8Array>> {
  const mended = new Map<string, Uint8Array>();
  const lines = (await readFile(file, 'utf8')).split('\n');
  for (const [n, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const letter = parseLine(line) as
      { partition?: unknown; offset?: unknown; message?: unknown; encoding?: unknown } | undefined;
    if (
      letter === undefined ||
      typeof letter.partition !== 'number' ||
      typeof letter.offset !== 'number' ||
      letter.message === undefined
    ) {
      throw new StockafolioError('ERR_USAGE', `${file}:${n + 1} is no line of \`dead-letters list --format jsonl\``, {
        hint: 'a line is an object with partition, offset and message; the message is a text, or the mended record itself',
      });
    }
    const text = typeof letter.message === 'string' ? letter.message : JSON.stringify(letter.message);
    const isBase64 =
      letter.encoding === 'base64' && typeof letter.message === 'string' && !text.trimStart().startsWith('{');
    mended.set(`${letter.partition}-${letter.offset}`, Buffer.from(text, isBase64 ? 'base64' : 'utf8'));
  }
  return mended;
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
