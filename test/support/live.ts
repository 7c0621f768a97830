import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'cassandra-driver';
import { cassandraTables } from '@stockafolio/connectors/cassandra';
import { systemClock } from '@stockafolio/connectors/clock-system';
import { kafkaSource } from '@stockafolio/connectors/kafka';
import type { Table } from '@stockafolio/core';
import type { Tables } from '@stockafolio/core/ports';
import { progress } from '@stockafolio/engine';
import type { Server } from '@stockafolio/servers';
import { readSource, type LoggedMessage } from './read-log.js';

/** A topic of the Kafka under test. */
export interface Topic {
  readonly url: string;
  /** How many messages are in it. */
  end(): Promise<number>;
  messages(): Promise<LoggedMessage[]>;
}

export function topicAt({ port, url }: Server, topic: string): Topic {
  const source = (): ReturnType<typeof kafkaSource> =>
    kafkaSource({ brokers: [`127.0.0.1:${port}`], topic, clock: systemClock });
  return {
    url: `${url}/${topic}`,
    end: async () => {
      const opened = source();
      try {
        return (await opened.ranges()).reduce((sum, range) => sum + range.end, 0);
      } finally {
        await opened.close();
      }
    },
    messages: () => readSource(source()),
  };
}

/** A keyspace of the Cassandra under test. */
export interface Keyspace {
  readonly url: string;
  readonly tables: Tables;
  /** Removes all rows of a table, including their versions. */
  empty(table: Table): Promise<void>;
  /** Runs statements of CQL one after the other, as a person does by hand. */
  byHand(statements: readonly string[]): Promise<void>;
  /** Messages that the tables cover, over all partitions; 0 while they cannot be read. */
  taken(): Promise<number>;
}

export function keyspaceAt({ port, url }: Server, keyspace: string): Keyspace {
  const tables = cassandraTables({
    contactPoints: [`127.0.0.1:${port}`],
    keyspace,
    localDataCenter: 'datacenter1',
    timeout: 5_000,
  });
  const execute = async (statements: readonly string[]): Promise<void> => {
    const contactPoints = [`127.0.0.1:${port}`];
    const client = new Client({ contactPoints, keyspace, localDataCenter: 'datacenter1' });
    try {
      for (const statement of statements) await client.execute(statement, [], { readTimeout: 60_000 });
    } finally {
      await client.shutdown();
    }
  };
  return {
    url: `${url}/${keyspace}?dc=datacenter1`,
    tables,
    empty: (table) => execute([`TRUNCATE ${table.name}`]),
    byHand: execute,
    taken: async () => {
      let sum = 0;
      try {
        for await (const { values } of tables.scan(progress, ['portfolio'])) sum += Number(values[2]);
      } catch {
        return 0;
      }
      return sum;
    },
  };
}

/** Waits until this holds, checking ten times a second, for at most this many seconds. */
export async function eventually(what: string, seconds: number, holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + seconds * 1000; !(await holds()); await pause(100)) {
    if (Date.now() > end) throw new Error(`after ${seconds} seconds: not ${what}`);
  }
}
