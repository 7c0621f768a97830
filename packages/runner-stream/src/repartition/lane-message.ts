import { StockafolioError, type Table } from '@stockafolio/core';
import { bytesOf, crc32, type OutgoingMessage, type SourceMessage, type Tables } from '@stockafolio/core/ports';
import { type Departure, FAILED, progress } from '@stockafolio/engine';

const NOTHING = new Uint8Array(0);

/**
 * The header of a record: the partition that it comes from, its number among all that come from there, the number of the
 * one before it in the same partition, and the life in which it was sent; separated by spaces.
 */
const LANE = 'lane';
/**
 * The header of a message without a record: the partition that it comes from, which sends nothing more that counts as sent
 * at this time or before it; and the life.
 */
const SILENT = 'silent';

/** What a message of a repartition says: a record of a lane, or that the lane is silent. */
export type LaneMessage =
  | { readonly life: number; readonly lane: number; readonly number: number; readonly after: number }
  | { readonly life: number; readonly lane: number; readonly silentUntil: number };

/**
 * A number for the life of the tables and the source that records are of. With new tables, or of another source, they are
 * numbered anew: what the topic has of an earlier life says nothing.
 *
 * @param identity of what is sent: see `repartitionIdentity`
 */
export async function lifeOf(tables: Pick<Tables, 'identity'>, identity: string): Promise<number> {
  const id = await tables.identity?.(progress as Table);
  return crc32(bytesOf(`${identity} ${id ?? ''}`));
}

/** A record as it is sent through a repartition. */
export function recordMessage(from: number, departure: Departure, life: number): OutgoingMessage {
  const { keyBytes: key, value, sent: timestamp, partition, number, after, failed } = departure;
  const headers = { [LANE]: `${from} ${number} ${after} ${life}` };
  return {
    key,
    value,
    timestamp,
    partition,
    headers: failed === undefined ? headers : { ...headers, [FAILED]: failed },
  };
}

/** Says that what comes from a partition later counts as sent after a time, epoch milliseconds. */
export function silenceMessage(from: number, partition: number, until: number, life: number): OutgoingMessage {
  const headers = { [SILENT]: `${from} ${until} ${life}` };
  return { key: null, value: NOTHING, timestamp: until, partition, headers };
}

/** @throws ERR_SOURCE_MISMATCH if others write to the topic too */
export function laneMessage({ offset, headers = {} }: SourceMessage, topic: string): LaneMessage {
  const [lane, number, after, life] = numbersIn(headers[LANE], 4);
  if (lane !== undefined && number !== undefined && after !== undefined && life !== undefined)
    return { life, lane, number, after };
  const [silent, silentUntil, of] = numbersIn(headers[SILENT], 3);
  if (silent !== undefined && silentUntil !== undefined && of !== undefined)
    return { life: of, lane: silent, silentUntil };
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
