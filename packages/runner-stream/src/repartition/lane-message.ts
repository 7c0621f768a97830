import { StockafolioError } from '@stockafolio/core';
import type { OutgoingMessage, SourceMessage } from '@stockafolio/core/ports';
import type { Departure } from '@stockafolio/engine';

const NOTHING = new Uint8Array(0);

/**
 * The header of a record: the partition that it comes from, its number among all that come from there, and the number of
 * the one before it in the same partition; separated by spaces.
 */
const LANE = 'lane';
/**
 * The header of a message without a record: the partition that it comes from, which sends nothing more that counts as sent
 * at this time or before it.
 */
const SILENT = 'silent';

/** What a message of a repartition says: a record of a lane, or that the lane is silent. */
export type LaneMessage =
  | { readonly lane: number; readonly number: number; readonly after: number }
  | { readonly lane: number; readonly silentUntil: number };

/** A record as it is sent through a repartition. */
export function recordMessage(from: number, departure: Departure): OutgoingMessage {
  const { keyBytes: key, value, sent: timestamp, partition, number, after } = departure;
  return { key, value, timestamp, partition, headers: { [LANE]: `${from} ${number} ${after}` } };
}

/** Says that what comes from a partition later counts as sent after a time, epoch milliseconds. */
export function silenceMessage(from: number, partition: number, until: number): OutgoingMessage {
  const headers = { [SILENT]: `${from} ${until}` };
  return { key: null, value: NOTHING, timestamp: until, partition, headers };
}

/** @throws ERR_SOURCE_MISMATCH if others write to the topic too */
export function laneMessage({ offset, headers = {} }: SourceMessage, topic: string): LaneMessage {
  const [lane, number, after] = numbersIn(headers[LANE]);
  if (lane !== undefined && number !== undefined && after !== undefined) return { lane, number, after };
  const [silent, silentUntil] = numbersIn(headers[SILENT]);
  if (silent !== undefined && silentUntil !== undefined) return { lane: silent, silentUntil };
  throw new StockafolioError(
    'ERR_SOURCE_MISMATCH',
    `${topic}: the message at offset ${offset} was not sent by its pipeline`,
    { hint: 'the topic of a repartition belongs to its pipeline: write nothing else to it' },
  );
}

/** Whole numbers, separated by spaces; none if one of them is not one. */
function numbersIn(text: string | undefined): readonly number[] {
  if (text === undefined) return [];
  const numbers = text.split(' ').map(Number);
  return numbers.every(Number.isSafeInteger) ? numbers : [];
}
