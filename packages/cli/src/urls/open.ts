import type { Stream } from '@stockafolio/core';
import type { Archive, Files, Producer, Source, Tables } from '@stockafolio/core/ports';
import { cassandraTables } from '@stockafolio/connectors/cassandra';
import { fileArchive } from '@stockafolio/connectors/archive';
import { embeddedTables, type EmbeddedTables } from '@stockafolio/connectors/embedded';
import { logProducer, logSource } from '@stockafolio/connectors/log-local';
import { CASSANDRA_FORM, cassandraOptions } from './cassandra-url.js';
import { parseLocation } from './location.js';

export { openFiles } from './open-files.js';

const sources = ['log:DIR'];
const tables = ['embedded:DIR', CASSANDRA_FORM];

/** Opens the reading end of a source. */
export function openSource(url: string): Source {
  return logSource(parseLocation(url, 'a source', sources).rest);
}

/** Opens the writing end of a source, which is made where there is none. */
export function openProducer(url: string, partitions?: number): Promise<Producer> {
  return logProducer(parseLocation(url, 'a source', sources).rest, partitions === undefined ? {} : { partitions });
}

/** Opens tables; `readOnly` beside a process that writes them. */
export function openTables(url: string, readOnly = false): Tables & Partial<Pick<EmbeddedTables, 'sweep'>> {
  const { scheme, rest } = parseLocation(url, 'tables', tables);
  return scheme === 'cassandra' ? cassandraTables(cassandraOptions(rest)) : embeddedTables(rest, { readOnly });
}

/** Opens the archive of a stream in a store of files. */
export function openArchive<T>(store: Files, stream: Stream<T>): Archive<T> {
  return fileArchive(store, stream);
}
