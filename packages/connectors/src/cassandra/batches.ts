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

interface Place {
  readonly replicas: string;
  readonly statements: Statement[];
  bytes: number;
}

/**
 * Arranges mutations into as few requests as are good: rows of one partition, of whatever table, stand together, so
 * that the server makes one write of them; partitions of the same replicas share a request.
 *
 * @param replicasOf names the nodes that hold a partition; partitions with the same name may share a request
 */
export function arrange(
  mutations: readonly Mutation[],
  planOf: (mutation: Mutation) => TablePlan,
  replicasOf: (partitionKey: readonly Buffer[]) => string,
): Batch[] {
  const places = new Map<string, Place>();
  for (const mutation of mutations) {
    const plan = planOf(mutation);
    const { partitionLength } = plan.table;
    const statement = statementOf(mutation, plan);
    const first = mutation.deleted === true ? 1 : 0;
    const key = statement.params.slice(first, first + partitionLength) as Buffer[];
    const name =
      partitionLength === 1 ? (key[0] ?? '').toString('latin1') : key.map((part) => part.toString('latin1')).join('\0');
    let place = places.get(name);
    if (place === undefined) {
      place = { replicas: replicasOf(key), statements: [], bytes: 0 };
      places.set(name, place);
    }
    place.statements.push(statement);
    place.bytes += sizeOf(statement);
  }
  return packed(places.values());
}

function packed(places: Iterable<Place>): Batch[] {
  const open = new Map<string, Batch>();
  const batches: Batch[] = [];
  for (const { replicas, statements, bytes } of places) {
    let batch = open.get(replicas);
    if (batch !== undefined && !fits(batch, bytes, statements.length)) batch = undefined;
    if (batch === undefined) {
      batch = { statements: [], bytes: 0 };
      batches.push(batch);
      open.set(replicas, batch);
    }
    for (const statement of statements) {
      const size = sizeOf(statement);
      // A partition with very many rows needs several requests of its own.
      if (batch.statements.length > 0 && !fits(batch, size, 1)) {
        batch = { statements: [], bytes: 0 };
        batches.push(batch);
        open.set(replicas, batch);
      }
      batch.statements.push(statement);
      batch.bytes += size;
    }
  }
  return batches;
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
