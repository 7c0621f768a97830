import type { Mutation } from '@stockafolio/core/ports';
import { int64, type Bound } from './encode-value.js';
import type { TablePlan } from './table-plan.js';

/** One statement of a batch, in the driver's form. */
export interface Statement {
  readonly query: string;
  readonly params: Bound[];
}

/** Statements that go to the server in one request. */
export interface Batch {
  readonly statements: Statement[];
  bytes: number;
}

/** A server with default settings rejects batches over several partitions that are larger than 50 KiB. */
const MOST_BYTES = 24 * 1024;
const MOST_STATEMENTS = 150;
/** Bytes of a statement beside its values: the id of the prepared statement, lengths. */
const STATEMENT_BYTES = 30;

/**
 * Arranges mutations into as few requests as are useful. Rows of one partition, of whatever table, go together, so that
 * the server applies them as one write; partitions with the same replicas share a request. Values are encoded when a
 * request is taken, so that the server need not wait for the encoding of the last one.
 *
 * @param replicasOf names the nodes that hold a partition; partitions with the same name may share a request
 */
export function* arrange(
  mutations: readonly Mutation[],
  planOf: (mutation: Mutation) => TablePlan,
  replicasOf: (partitionKey: readonly Buffer[]) => string,
): Generator<Batch> {
  const open = new Map<string, Batch>();
  for (const group of byPartition(mutations).values()) {
    const statements = group.map((mutation) => statementOf(mutation, planOf(mutation)));
    const bytes = statements.reduce((sum, statement) => sum + sizeOf(statement), 0);
    const replicas = replicasOf(partitionKeyOf(group[0] as Mutation, statements[0] as Statement));
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

/** The mutations grouped by partition key, in the order of first appearance. */
function byPartition(mutations: readonly Mutation[]): Map<string, Mutation[]> {
  const groups = new Map<string, Mutation[]>();
  for (const mutation of mutations) {
    const name = partitionOf(mutation);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [mutation]);
    else group.push(mutation);
  }
  return groups;
}

/** Names a partition key. No text contains U+0000, so keys of other types or with several parts never collide. */
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
