import { StockafolioError, type Partitioner, type Stream } from '@stockafolio/core';
import type {
  Archive,
  Destination,
  Files,
  OwnArchives,
  OwnTopics,
  Producer,
  Source,
  Tables,
} from '@stockafolio/core/ports';
import { systemClock } from '@stockafolio/connectors/clock-system';
import { cassandraTables } from '@stockafolio/connectors/cassandra';
import { fileArchive, ownArchives } from '@stockafolio/connectors/archive';
import { embeddedTables, type EmbeddedTables } from '@stockafolio/connectors/embedded';
import { kafkaDestination, kafkaProducer, kafkaSource, kafkaTopics } from '@stockafolio/connectors/kafka';
import { logDestination, logProducer, logSource, logTopics } from '@stockafolio/connectors/log-local';
import { CASSANDRA_FORM, cassandraOptions } from './cassandra-url.js';
import { KAFKA_FORM, kafkaPlace } from './kafka-url.js';
import { sayNowAndThen } from '../output/say-now-and-then.js';
import { parseLocation } from './location.js';

export { openFiles } from './open-files.js';

/** How long after its signal an unavailable source is given up, in milliseconds. */
const GIVEN_UP_AFTER = 5_000;

const sources = [KAFKA_FORM, 'log:DIR'];
const tables = ['embedded:DIR', CASSANDRA_FORM];

/** How to wait for a source that becomes unavailable. */
export interface OpenSourceOptions {
  /** Waits without limit, until this is aborted. */
  readonly signal?: AbortSignal;
  /** Receives, from time to time, what it waits for. */
  readonly say?: (text: string) => void;
}

/** Opens the reading end of a source. */
export function openSource(url: string, { signal, say }: OpenSourceOptions = {}): Source {
  const { scheme, rest } = parseLocation(url, 'a source', sources);
  if (scheme !== 'kafka') return logSource(rest);
  if (signal === undefined) return kafkaSource(kafkaPlace(url));
  const source = kafkaSource({ ...kafkaPlace(url), patience: Infinity, onRetry: sayNowAndThen(systemClock, say) });
  // A call that is still waiting for Kafka would otherwise wait on.
  signal.addEventListener('abort', () => setTimeout(() => void source.close(), GIVEN_UP_AFTER).unref());
  return source;
}

/** Whether several processes can share a source: if a group assigns its partitions. */
export function isShared(url: string): boolean {
  return parseLocation(url, 'a source', sources).scheme === 'kafka';
}

/** Whether several processes can write the tables at once; with embedded tables they would only wait for each other. */
export function areShared(url: string): boolean {
  return parseLocation(url, 'tables', tables).scheme !== 'embedded';
}

/** Opens the writing end of a source, which is created if there is none. */
export function openProducer(url: string, partitions?: number, partitioner?: Partitioner): Promise<Producer> {
  const { scheme, rest } = parseLocation(url, 'a source', sources);
  const shape = {
    ...(partitions === undefined ? {} : { partitions }),
    ...(partitioner === undefined ? {} : { partitioner }),
  };
  return scheme === 'kafka' ? kafkaProducer({ ...kafkaPlace(url), ...shape }) : logProducer(rest, shape);
}

/**
 * The topics through which a pipeline sends records to itself: on the brokers of its source, or in the folder
 * `DIR-repartitions` beside the log.
 */
export function openTopics(url: string, { signal, say }: OpenSourceOptions = {}): OwnTopics {
  const { scheme, rest } = parseLocation(url, 'a source', sources);
  if (scheme !== 'kafka') return logTopics(`${rest}-repartitions`);
  const place = kafkaPlace(url);
  return kafkaTopics(
    signal === undefined ? place : { ...place, patience: Infinity, onRetry: sayNowAndThen(systemClock, say) },
  );
}

/** A topic that a pipeline sends to: `kafka://.../TOPIC` or `log:DIR`, with `?partitions=N` for one that is created. */
export function openDestination(url: string, { signal, say }: OpenSourceOptions = {}): Destination {
  const { place, partitions } = withPartitions(url);
  const { scheme, rest } = parseLocation(place, 'a topic', sources);
  const shape = partitions === undefined ? {} : { partitions };
  if (scheme !== 'kafka') return logDestination(rest, shape);
  const waiting = signal === undefined ? {} : { patience: Infinity, onRetry: sayNowAndThen(systemClock, say) };
  return kafkaDestination({ ...kafkaPlace(place), ...waiting, ...shape });
}

/** The place that a URL of a topic names, without what only says how the topic is created. */
export function placeOfTopic(url: string): string {
  return withPartitions(url).place;
}

function withPartitions(url: string): { readonly place: string; readonly partitions: number | undefined } {
  const [, before = '', number, after = ''] = /^(.*[?&])partitions=([^&]*)(?:&(.*))?$/s.exec(url) ?? [];
  if (number === undefined) return { place: url, partitions: undefined };
  const partitions = Number(number);
  if (!/^[1-9]\d{0,4}$/.test(number)) {
    throw new StockafolioError('ERR_URL_INVALID', `'${url}': partitions is a whole number from 1 to 99999`, {
      hint: 'omit it: a topic that is created gets as many partitions as the source has',
    });
  }
  return { place: `${before}${after}`.replace(/[?&]$/, ''), partitions };
}

export interface OpenTablesOptions {
  /** For use beside a process that writes the tables: nothing is created. */
  readonly readOnly?: boolean;
  /** Also return rows that were written by hand, with invalid values as absent. */
  readonly asStored?: boolean;
}

/** Opens tables. */
export function openTables(
  url: string,
  { readOnly = false, asStored = false }: OpenTablesOptions = {},
): Tables & Partial<Pick<EmbeddedTables, 'sweep'>> {
  const { scheme, rest } = parseLocation(url, 'tables', tables);
  return scheme === 'cassandra'
    ? cassandraTables({ ...cassandraOptions(rest), readOnly, unreadable: asStored ? 'absent' : 'refused' })
    : embeddedTables(rest, { readOnly });
}

/** Opens the archive of a stream in a store of files. */
export function openArchive<T>(store: Files, stream: Stream<T>): Archive<T> {
  return fileArchive(store, stream);
}

/** Where a batch keeps what passes through repartitions: among the checkpoints of the pipeline. */
export function openOwn(checkpoints: Files): OwnArchives {
  return ownArchives(checkpoints);
}
