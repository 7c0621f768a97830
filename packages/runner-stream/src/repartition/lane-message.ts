import { StockafolioError } from '@stockafolio/core';
import type { OutgoingMessage, SourceMessage } from '@stockafolio/core/ports';
import type { Departure } from '@stockafolio/engine';

const NOTHING = new Uint8Array(0);

/** The partition that a message comes from. */
const FROM = 'from';
/** The number that it has among all that come from there, and that of the one before it in the same partition. */
const NUMBER = 'number';
const AFTER = 'after';
/** Of a message without a record: its sender sends nothing more that counts as sent at this time or before it. */
const SILENT_UNTIL = 'silent-until';

/** What a message of a repartition says: a record of a lane, or that the lane is silent. */
export type LaneMessage =
  | { readonly lane: number; readonly number: number; readonly after: number }
  | { readonly lane: number; readonly silentUntil: number };

/** A record as it is sent through a repartition. */
export function recordMessage(from: number, departure: Departure): OutgoingMessage {
  const { keyBytes: key, value, sent: timestamp, partition, number, after } = departure;
  const headers = { [FROM]: String(from), [NUMBER]: String(number), [AFTER]: String(after) };
  return { key, value, timestamp, partition, headers };
}

/** Says that what comes from a partition later counts as sent after a time, epoch milliseconds. */
export function silenceMessage(from: number, partition: number, until: number): OutgoingMessage {
  const headers = { [FROM]: String(from), [SILENT_UNTIL]: String(until) };
  return { key: null, value: NOTHING, timestamp: until, partition, headers };
}

/** @throws ERR_SOURCE_MISMATCH if others write to the topic too */
export function laneMessage({ offset, headers = {} }: SourceMessage, topic: string): LaneMessage {
  const lane = numberIn(headers[FROM]);
  const number = numberIn(headers[NUMBER]);
  const after = numberIn(headers[AFTER]);
  const silentUntil = numberIn(headers[SILENT_UNTIL]);
  if (lane !== undefined && number !== undefined && after !== undefined) return { lane, number, after };
  if (lane !== undefined && silentUntil !== undefined) return { lane, silentUntil };
  throw new StockafolioError(
    'ERR_SOURCE_MISMATCH',
    `${topic}: the message at offset ${offset} was not sent by its pipeline`,
    { hint: 'the topic of a repartition belongs to its pipeline: write nothing else to it' },
  );
}

function numberIn(text: string | undefined): number | undefined {
  const number = text === undefined ? Number.NaN : Number(text);
  return Number.isSafeInteger(number) ? number : undefined;
}
