import { sqlOf } from './duckdb/sql.js';
import { randomOf } from './generator/random.js';
import { type Input, PARTITIONS } from './inputs.js';
import { naive } from './naive/index.js';
import type { Answer, Query } from './query.js';
import { queries } from './queries/index.js';
import { batched, batchThenStream } from './ways/batch.js';
import { messagesFor } from './ways/messages.js';
import { streamed, streamedWithFaults } from './ways/stream.js';

/**
 * The queries whose answers do not depend on which records were late: those without windows or auctions that close. Of q15 to
 * q17 a record would have to be a day late.
 */
const NEVER_LATE = new Set([
  'q0',
  'q1',
  'q2',
  'q3',
  'q12',
  'q13',
  'q14',
  'q15',
  'q16',
  'q17',
  'q18',
  'q19',
  'q20',
  'q21',
  'q22',
]);

/** What a query is found to be over one input. */
export interface Finding {
  readonly rows: number;
  readonly deadLetters: number;
  /** With which independent answers it was compared. */
  readonly comparedWith: readonly string[];
  /** Nothing if it is right. */
  readonly problems: readonly string[];
}

/**
 * Runs a query as a stream, as a stream with faults, as a batch, and as one after the other, and compares their tables row by row; and its answer
 * with those of a naive program and of DuckDB.
 *
 * @param faults about how many commits, kills and redeliveries there are
 */
export async function check(name: string, input: Input, faults = 40): Promise<Finding> {
  const { pipeline, answer } = queryOf(name);
  const messages = messagesFor(pipeline, input, PARTITIONS);
  const stream = await streamed(pipeline, messages, PARTITIONS);
  const ways = {
    'the batch': await batched(pipeline, messages, PARTITIONS),
    'the stream behind a batch': await batchThenStream(pipeline, messages, PARTITIONS),
    'the stream with faults': await streamedWithFaults(pipeline, messages, PARTITIONS, randomOf(input.seed), faults),
  };
  const found = await answer(stream.read);
  const problems = Object.entries(ways).flatMap(([way, outcome]) =>
    outcome === undefined ? [] : differences(way, stream.rows, outcome.rows),
  );
  if (!input.isLate && stream.deadLetters > 0) problems.push(`${stream.deadLetters} records are dead letters`);
  const others = await independent(name, input);
  for (const [other, expected] of Object.entries(others)) {
    problems.push(...differences(other, canonical(expected), canonical(found)));
  }
  return { rows: found.length, deadLetters: stream.deadLetters, comparedWith: Object.keys(others), problems };
}

export function queryOf(name: string): Query {
  const query = queries[name];
  if (query === undefined)
    throw new Error(`there is no query ${name}: it is one of ${Object.keys(queries).join(', ')}`);
  return query;
}

async function independent(name: string, input: Input): Promise<Readonly<Record<string, Answer>>> {
  if (input.isLate && !NEVER_LATE.has(name)) return {};
  const byLoops = naive[name]?.(input) ?? [];
  const sql = sqlOf(input.watermark)[name];
  if (input.database === undefined || sql === undefined) return { 'the naive program': byLoops };
  return { 'the naive program': byLoops, DuckDB: await input.database.ask(sql) };
}

/** The rows of an answer as texts, in an order of their own. */
function canonical(answer: Answer): string[] {
  return answer.map((row) => JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)))).sort();
}

/** The first row that differs, in words. */
function differences(other: string, expected: readonly string[], found: readonly string[]): string[] {
  const at = Array.from({ length: Math.max(expected.length, found.length) }).findIndex(
    (_, n) => expected[n] !== found[n],
  );
  if (at < 0) return [];
  return [
    `${other} differs, ${found.length} rows instead of ${expected.length}; at row ${at}: ${found[at] ?? 'nothing'}, not ${expected[at] ?? 'nothing'}`,
  ];
}
