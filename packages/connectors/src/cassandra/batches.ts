import type { Mutation } from '@stockafolio/core/ports';
import { int64, type Bound } from './encode-value.js';
import type { TablePlan } from './table-plan.js';

/** One statement of a batch, as the driver takes it. */
export interface Statement {
  readonly query: string;
  readonly params: Bound[];
}

/** Statements that go to the server in one request. */
export interface Batch {
  readonly statements: Statement[];
  bytes: number;
}

/** More than this many bytes in statements of several partitions are refused by a server as it comes (50 KiB). */
const MOST_BYTES = 24 * 1024;
const MOST_STATEMENTS = 150;
/** What a statement takes beside its values: the id of the prepared statement, lengths. */
const STATEMENT_BYTES = 30;

/**
 * Arranges mutations into as few requests as are good: rows of one partition, of whatever table, stand together, so
 * that the server makes one write of them; partitions of the same replicas share a request. Values become bytes as the
 * requests are taken, so that the server need not wait for those of the last one.
 *
 * @param replicasOf names the nodes that hold a partition; partitions with the same name may share a request
 */
export function* arrange(
  mutations: readonly Mutation[],
  planOf: (mutation: Mutation) => TablePlan,
  replicasOf: (partitionKey: readonly Buffer[]) => string,
): Generator<Batch> {
  const open = new Map<string, Batch>();
  for (const place of byPartition(mutations).values()) {
    const statements = place.map((mutation) => statementOf(mutation, planOf(mutation)));
    const bytes = statements.reduce((sum, statement) => sum + sizeOf(statement), 0);
    const replicas = replicasOf(partitionKeyOf(place[0] as Mutation, statements[0] as Statement));
    let batch = open.get(replicas);
    if (batch !== undefined && !fits(batch, bytes, statements.length)) {
      yield batch;
      batch = undefined;
    }
    batch ??= { statements: [], bytes: 0 };
    for (const statement of statements) {
      const size = sizeOf(statement);
      // A partition with very many rows needs several requests of its own.
      if (batch.statements.length > 0 && !fits(batch, size, 1)) {
        yield batch;
        batch = { statements: [], bytes: 0 };
      }
      batch.statements.push(statement);
      batch.bytes += size;
    }
    open.set(replicas, batch);
  }
  yield* open.values();
}

/** The mutations by their partition keys, in the order in which these come first. */
function byPartition(mutations: readonly Mutation[]): Map<string, Mutation[]> {
  const places = new Map<string, Mutation[]>();
  for (const mutation of mutations) {
    const name = partitionOf(mutation);
    const place = places.get(name);
    if (place === undefined) places.set(name, [mutation]);
    else place.push(mutation);
  }
  return places;
}

/** Names a partition key. No text holds U+0000, so that keys of other types, or of several parts, are never taken for one. */
function partitionOf({ table, values }: Mutation): string {
  const [first] = values;
  if (table.partitionLength === 1 && typeof first === 'string') return first;
  let name = '';
  for (let n = 0; n < table.partitionLength; n++) name += `\0${typeof values[n]} ${String(values[n])}`;
  return name;
}

function partitionKeyOf({ table, deleted }: Mutation, { params }: Statement): Buffer[] {
  const first = deleted === true ? 1 : 0;
  return params.slice(first, first + table.partitionLength) as Buffer[];
}

function fits(batch: Batch, bytes: number, statements: number): boolean {
  return batch.bytes + bytes <= MOST_BYTES && batch.statements.length + statements <= MOST_STATEMENTS;
}

function statementOf({ values, version, deleted }: Mutation, plan: TablePlan): Statement {
  const { encoders } = plan;
  const params: Bound[] = [];
  if (deleted === true) params.push(int64(version));
  for (let i = 0; i < values.length; i++) params.push(encoders[i]?.(values[i]) ?? null);
  if (deleted === true) return { query: plan.remove, params };
  params.push(int64(version));
  return { query: plan.insert, params };
}

function sizeOf({ params }: Statement): number {
  let size = STATEMENT_BYTES;
  for (const param of params) size += 4 + (param?.length ?? 0);
  return size;
}
