import type { Table, Value } from '@stockafolio/core';
import type { Mutation } from '@stockafolio/core/ports';
import driver from 'cassandra-driver';

const { BigDecimal, Integer, Long, LocalDate, consistencies } = driver.types;

/** Statements per batch, and batches in flight: the fastest values on one node (see the table in the decision). */
const BATCH = 150;
const IN_FLIGHT = 24;

/** The same rows with only the driver, as one would write it by hand: values as the driver's own types. */
export class BareDriver {
  readonly #client: InstanceType<typeof driver.Client>;
  readonly #keyspace: string;
  readonly #inserts = new Map<string, string>();

  constructor(port: number, keyspace: string) {
    this.#client = new driver.Client({ contactPoints: [`127.0.0.1:${port}`], localDataCenter: 'datacenter1' });
    this.#keyspace = keyspace;
  }

  /** Rows of one user go together; a request has as many as the server allows. */
  async write(mutations: readonly Mutation[]): Promise<void> {
    const places = new Map<string, Mutation[]>();
    for (const mutation of mutations) {
      const key = mutation.values.slice(0, mutation.table.partitionLength).join('\0');
      const there = places.get(key);
      if (there === undefined) places.set(key, [mutation]);
      else there.push(mutation);
    }
    const ordered = [...places.values()].flat();
    let next = 0;
    const lane = async (): Promise<void> => {
      while (next < ordered.length) {
        const rows = ordered.slice(next, (next += BATCH));
        await this.#client.batch(
          rows.map(({ table, values, version }) => ({
            query: this.#insert(table),
            params: [...values.map((value, n) => driverValue(table, n, value)), Long.fromNumber(version)],
          })),
          { prepare: true, logged: false, consistency: consistencies.localQuorum, isIdempotent: true },
        );
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  }

  close(): Promise<void> {
    return this.#client.shutdown();
  }

  #insert(table: Table): string {
    let text = this.#inserts.get(table.name);
    if (text === undefined) {
      const names = table.columns.map(({ stored }) => `"${stored}"`).join(', ');
      const marks = table.columns.map(() => '?').join(', ');
      text = `INSERT INTO ${this.#keyspace}.${table.name} (${names}) VALUES (${marks}) USING TIMESTAMP ?`;
      this.#inserts.set(table.name, text);
    }
    return text;
  }
}

function driverValue(table: Table, n: number, value: Value): unknown {
  if (value === undefined) return null;
  const { kind, scale } = table.columns[n]?.type ?? {};
  switch (kind) {
    case 'decimal':
      return decimal(Integer.fromNumber(Number(value)), scale);
    case 'bigDecimal':
      return decimal(Integer.fromString(String(value)), scale);
    case 'int64':
      return Long.fromNumber(Number(value));
    case 'timestamp':
      return new Date(Number(value));
    case 'date':
      return LocalDate.fromString(String(value));
    default:
      return value;
  }
}

/** The driver's constructor takes an Integer, but is declared with a number. */
function decimal(unscaled: InstanceType<typeof Integer>, scale: number | undefined): unknown {
  return new BigDecimal(unscaled as unknown as number, scale ?? 0);
}
