import { StockafolioError, type Table } from '@stockafolio/core';
import { bytesOf, crc32, type OutgoingMessage, type SourceMessage, type Tables } from '@stockafolio/core/ports';
import { progress } from '@stockafolio/engine';
import type { Bundle } from './bundle.js';

const NOTHING = new Uint8Array(0);

/**
 * The header of records: the partition that they come from, the number of the first one among all that come from there, the
 * number of the one before it in the same partition, and the life in which they were sent; separated by spaces.
 */
const LANE = 'lane';
/**
 * The header of a message without a record: the partition that it comes from, which sends nothing more that counts as sent
 * at this time or before it; the number of the last record that it has sent; and the life.
 */
const SILENT = 'silent';

/** What a message of a repartition says: it has records of a lane, or the lane is silent. */
export type LaneMessage =
  | { readonly life: number; readonly lane: number; readonly number: number; readonly after: number }
  | { readonly life: number; readonly lane: number; readonly silentUntil: number; readonly after: number };

/**
 * A number for the life of the tables and the source that records are of. With new tables, or of another source, they are
 * numbered anew: what the topic has of an earlier life says nothing.
 *
 * @param identity of what is sent: see `repartitionIdentity`
 * @param division what the tables were made of, if an archive was repartitioned: see `divisionId`
 */
export async function lifeOf(tables: Pick<Tables, 'identity'>, identity: string, division: string): Promise<number> {
  const id = await tables.identity?.(progress as Table);
  return crc32(bytesOf(`${identity} ${id ?? ''}${division}`));
}

/** Records as they are sent through a repartition. */
export function recordsMessage(from: number, partition: number, bundle: Bundle, life: number): OutgoingMessage {
  const { first, after, sent: timestamp } = bundle;
  const headers = { [LANE]: `${from} ${first} ${after} ${life}` };
  return { key: null, value: bundle.take(), timestamp, partition, headers };
}

/**
 * Says that what comes from a partition later counts as sent after a time, epoch milliseconds.
 *
 * @param after the number of the last record that was sent before it to the same partition; -1 if there is none
 */
export function silenceMessage(
  from: number,
  partition: number,
  { until, after, life }: { readonly until: number; readonly after: number; readonly life: number },
): OutgoingMessage {
  const headers = { [SILENT]: `${from} ${until} ${after} ${life}` };
  return { key: null, value: NOTHING, timestamp: until, partition, headers };
}

/** @throws ERR_SOURCE_MISMATCH if others write to the topic too */
export function laneMessage({ offset, headers = {} }: SourceMessage, topic: string): LaneMessage {
  const [lane, number, after, life] = numbersIn(headers[LANE], 4);
  if (lane !== undefined && number !== undefined && after !== undefined && life !== undefined)
    return { life, lane, number, after };
  const [silent, silentUntil, last, of] = numbersIn(headers[SILENT], 4);
  if (silent !== undefined && silentUntil !== undefined && last !== undefined && of !== undefined)
    return { life: of, lane: silent, silentUntil, after: last };
  throw new StockafolioError(
    'ERR_SOURCE_MISMATCH',
    `${topic}: the message at offset ${offset} was not sent by its pipeline`,
    { hint: 'the topic of a repartition belongs to its pipeline: write nothing else to it' },
  );
}

/** So many whole numbers, separated by spaces; none if they are not. */
function numbersIn(text: string | undefined, count: number): readonly number[] {
  if (text === undefined) return [];
  const numbers = text.split(' ').map(Number);
  return numbers.length === count && numbers.every(Number.isSafeInteger) ? numbers : [];
}
