import { isStockafolioError, StockafolioError, type Value } from '@stockafolio/core';
import type { StoredRow, Tables } from '@stockafolio/core/ports';
import { deadLetterParts, deadLetters } from '@stockafolio/engine';
import type { CorrectedMessages } from './corrected-messages.js';
import type { FailedCalls } from './failed-calls.js';

/** A dead letter that can be replayed. */
export interface DeadLetter {
  readonly id: string;
  /** Under which name the tables have it: the pipeline's, or that of a stage. */
  readonly owner: string;
  readonly partition: number;
  readonly offset: number;
  /** When the source received it, epoch milliseconds. */
  readonly ingested: number;
}

/**
 * The name of a dead letter, in messages and on the screen: the position of its message in the source. In a later stage of
 * a pipeline, positions are others: then with the name of the stage.
 */
export function deadLetterId(partition: number, offset: number, owner = ''): string {
  return `${owner.includes('.') ? `${owner}:` : ''}${partition}-${offset}`;
}

const column = (name: string): number => deadLetters.columns.findIndex((c) => c.name === name);
const at = {
  pipeline: column('pipeline'),
  partition: column('partition'),
  offset: column('offset'),
  operator: column('operator'),
  code: column('code'),
  message: column('message'),
  encoding: column('encoding'),
  truncated: column('truncated'),
  ingested: column('ingested'),
  replayed: column('replayed'),
};
const PART = deadLetterParts.columns.findIndex(({ name }) => name === 'message');
const PARTS = deadLetterParts.columns.findIndex(({ name }) => name === 'parts');

/**
 * The dead letters that can be replayed: those that were rejected as a whole and not replayed yet. If there are
 * corrected messages, only the dead letters of these.
 *
 * @param calls those of asynchronous functions that are called for records of the same stream
 * @returns them without their messages, and how many are of single operators, which are not replayed
 */
export async function deadLettersToReplay(
  tables: Tables,
  pipeline: string,
  corrected: CorrectedMessages | undefined,
  calls: readonly FailedCalls[] = [],
): Promise<{ readonly letters: readonly DeadLetter[]; readonly skipped: number }> {
  const letters: DeadLetter[] = [];
  let skipped = 0;
  for await (const { values } of tables.scanAll(deadLetters)) {
    const owner = String(values[at.pipeline]);
    if (owner !== pipeline && callsOf(calls, values) === undefined) continue;
    if (values[at.replayed] === 'done') continue;
    const partition = Number(values[at.partition]);
    const offset = Number(values[at.offset]);
    const id = deadLetterId(partition, offset, owner);
    if (corrected !== undefined && !corrected.has(id)) continue;
    if (values[at.operator] === '')
      letters.push({ id, owner, partition, offset, ingested: Number(values[at.ingested]) });
    else skipped++;
  }
  return { letters, skipped };
}

function callsOf(calls: readonly FailedCalls[], values: readonly Value[]): FailedCalls | undefined {
  if (values[at.code] !== 'ERR_CALL_FAILED') return undefined;
  return calls.find((each) => each.has(String(values[at.pipeline])));
}

/** The message of a dead letter, in its encoding; undefined if the tables have only its beginning. */
export async function wholeText(tables: Tables, values: readonly Value[]): Promise<string | undefined> {
  if (values[at.truncated] !== true) return String(values[at.message]);
  const parts: string[] = [];
  let count = -1;
  try {
    for await (const { values: part } of tables.scan(deadLetterParts, values.slice(0, deadLetters.keyLength))) {
      parts.push(String(part[PART]));
      count = Number(part[PARTS]);
    }
  } catch (error) {
    // Tables from before there were parts, with no long dead letter.
    if (!isStockafolioError(error, 'ERR_TABLE_UNKNOWN')) throw error;
  }
  return parts.length === count ? parts.join('') : undefined;
}

/**
 * The message to append for a dead letter: the corrected one. If there is none, or only the beginning of the original,
 * the one in the tables.
 *
 * @throws ERR_USAGE if the tables have only its beginning
 */
export async function messageOfDeadLetter(
  { tables, corrected, calls = [] }: LetterPorts,
  letter: DeadLetter,
): Promise<Uint8Array> {
  const given = await corrected?.message(letter.id);
  if (given !== undefined && given.beginning === undefined) return given.bytes;
  const { values } = await storedLetter(tables, letter);
  if (given !== undefined && given.beginning !== values[at.message]) return given.bytes;
  const text = await wholeText(tables, values);
  if (text === undefined) {
    throw new StockafolioError(
      'ERR_USAGE',
      `the tables have only the beginning of the message of dead letter ${letter.id}`,
      {
        hint: 'give the full message with --with; the original is in the source at this position',
      },
    );
  }
  const bytes = Buffer.from(text, values[at.encoding] === 'base64' ? 'base64' : 'utf8');
  return callsOf(calls, values)?.messageOf(bytes) ?? bytes;
}

/** Where messages of dead letters come from. */
export interface LetterPorts {
  readonly tables: Tables;
  readonly corrected: CorrectedMessages | undefined;
  readonly calls?: readonly FailedCalls[];
}

/** Marks dead letters as replayed. */
export async function markReplayed(tables: Tables, letters: readonly DeadLetter[]): Promise<void> {
  const rows = await Promise.all(letters.map((letter) => storedLetter(tables, letter)));
  await tables.write(
    rows.map(({ values, version }) => ({
      table: deadLetters,
      values: values.with(at.replayed, 'done'),
      version: version + 1,
    })),
  );
}

async function storedLetter(tables: Tables, { id, owner, partition, offset }: DeadLetter): Promise<StoredRow> {
  const row = await tables.get(deadLetters, [owner, partition, offset, '']);
  if (row !== undefined) return row;
  throw new StockafolioError('ERR_USAGE', `dead letter ${id} is no longer in the tables`, {
    hint: 'it was removed meanwhile: run the same command again',
  });
}
