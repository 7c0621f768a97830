import { keyBytes, partitionOf, StockafolioError, type Table } from '@stockafolio/core';
import {
  bytesOf,
  type ChangeFacts,
  crc32,
  type OutgoingMessage,
  type SourceMessage,
  type Tables,
} from '@stockafolio/core/ports';
import type { Departure } from '../partition/departures.js';
import { progress } from '../tables/system-tables.js';

/*
 * The headers of messages that pipelines send for others to read. They are a public format: see docs/topics.md.
 */

/** The writer that numbers the message: `PIPELINE/ID/PARTITION`. Its id stands for its source and its tables. */
const WRITER = 'writer';
/** The number of the message among all that this writer sends to the topic, from 0. */
const NUMBER = 'number';
/**
 * The number of the message before it that this writer sent to the same partition, -1 if there is none. A compacted topic
 * has none: there numbers may be missing, and a message that is there again may be the only one left.
 */
const AFTER = 'after';
/** The version of a row that the writer would write at the same moment, in microseconds. */
const VERSION = 'version';
/** Of a message without a value: the event time at which its key was removed, in epoch milliseconds. */
const TIME = 'time';

/** What the headers of a message say about its place among those of its writer. */
export interface Written {
  readonly writer: string;
  readonly number: number;
  readonly after: number;
}

/**
 * The name of a writer without its partition. It is the same for everything that is made from one source into one set of
 * tables; with new tables, or of another source, messages are numbered anew.
 *
 * @param source identity of the source
 */
export async function writerName(
  tables: Pick<Tables, 'identity'>,
  { pipeline, source }: { readonly pipeline: string; readonly source: string },
): Promise<string> {
  const life = await tables.identity?.(progress as Table);
  const bytes = bytesOf(`${source} ${life ?? ''}`);
  const id = [crc32(bytes), partitionOf(bytes, 2 ** 31)].map((part) => part.toString(16).padStart(8, '0')).join('');
  return `${pipeline}/${id}`;
}

/**
 * A record as it is sent for others to read. Its time is that of sending, as of any other producer.
 *
 * @param writer see {@link writerName}
 * @param from the partition of the source
 */
export function topicMessage(
  writer: string,
  from: number,
  { stream, key: own, value, partition, number, after, outward }: Departure,
): OutgoingMessage {
  const replaces = outward?.replaces;
  const key = replaces !== undefined ? keyBytes(replaces) : stream.partitioner === undefined ? null : keyBytes(own);
  const headers = {
    [WRITER]: `${writer}/${from}`,
    [NUMBER]: String(number),
    ...(replaces === undefined ? { [AFTER]: String(after) } : {}),
    [VERSION]: String(outward?.version ?? 0),
    ...(outward?.removedAt === undefined ? {} : { [TIME]: String(outward.removedAt) }),
  };
  return { key, value: outward?.removedAt === undefined ? value : null, partition, headers };
}

/** The number of a message that {@link topicMessage} made. */
export function numberOf({ headers }: Pick<OutgoingMessage, 'headers'>): number {
  const number = wholeNumber(headers?.[NUMBER]);
  if (number !== undefined) return number;
  throw new StockafolioError('ERR_INTERNAL', 'a message for others to read has no number');
}

/**
 * What a message says of its writer, if a pipeline has sent it, and the topic is not compacted: only then is one with a
 * number that was read a repeat.
 */
export function writtenOf({ headers }: Pick<SourceMessage, 'headers'>): Written | undefined {
  const writer = writerIn(headers);
  if (headers === undefined || writer === undefined) return undefined;
  const [number, after] = [wholeNumber(headers[NUMBER]), wholeNumber(headers[AFTER])];
  return number === undefined || after === undefined ? undefined : { writer, number, after };
}

/**
 * What the headers and the time of a message say of a change: its version, if a pipeline has sent it, and the time of a
 * removal, which is that of the message if no header states another.
 */
export function changeFactsOf({ headers, timestamp }: Pick<SourceMessage, 'headers' | 'timestamp'>): ChangeFacts {
  const $time = wholeNumber(headers?.[TIME]) ?? (timestamp > 0 ? timestamp : undefined);
  const $writer = writerIn(headers);
  const [$version, $number] = [wholeNumber(headers?.[VERSION]), wholeNumber(headers?.[NUMBER])];
  if ($writer === undefined || $version === undefined || $number === undefined) return { $time };
  return { $time, $version, $number, $writer };
}

/** The headers of a message that says the same of a change. */
export function headersOfChange({ $time, $version, $number, $writer }: ChangeFacts): Readonly<Record<string, string>> {
  const time = $time === undefined ? {} : { [TIME]: String($time) };
  if ($writer === undefined) return time;
  return { ...time, [WRITER]: $writer, [NUMBER]: String($number), [VERSION]: String($version) };
}

function writerIn(headers: SourceMessage['headers']): string | undefined {
  const writer = headers?.[WRITER];
  return writer !== undefined && /^[^/]+\/[0-9a-f]{16}\/\d+$/.test(writer) ? writer : undefined;
}

function wholeNumber(text: string | undefined): number | undefined {
  if (text === undefined || !/^-?\d{1,16}$/.test(text)) return undefined;
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : undefined;
}
