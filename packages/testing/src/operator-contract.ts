import type { Observable } from 'rxjs';
import { int64, into, jsonCodec, type Pipeline, pipeline, record, shard, shardedFold } from '@stockafolio/core';
import { type Stream, table, type Table, text } from '@stockafolio/core';
import type { Mutation } from '@stockafolio/core/ports';
import { Feed, PartitionEngine } from '@stockafolio/engine';
import { pipelineHarness, type PipelineHarness } from './pipeline-harness.js';

/** An operator under the contract, in a small pipeline. */
export interface OperatorFixture<T> {
  readonly stream: Stream<T>;
  /** Records in the order of their arrival; at least twenty, of several keys of the stream, none of them late. */
  readonly records: readonly T[];
  readonly table: Table;
  /**
   * The operator, and what makes rows of the table from its output. It is called for each engine, so it may not keep
   * anything outside of the operator.
   */
  readonly rows: (records: Observable<T>) => Observable<unknown>;
}

/** How a test runner is told of tests: `describe` and `it` of Mocha, Jest and Vitest, or of `node:test`. */
export interface TestRunner {
  readonly describe: (name: string, body: () => void) => unknown;
  readonly it: (name: string, body: () => Promise<void> | void) => unknown;
}

/** A law of the contract, and its proof for one operator: it throws or rejects if the law is broken. */
export interface Law {
  readonly name: string;
  readonly prove: () => Promise<void> | void;
}

/**
 * Tests whether operators of some kind behave as those of the library: rows depend on records alone, whatever is
 * killed, delivered again, committed or processed together.
 *
 * @param runner defaults to the global `describe` and `it`
 * @example
 * runOperatorContract('movingMedian', { stream: trades, records, table: medians, rows: (s) => s.pipe(movingMedian('m',
 * options), map(toRow)) });
 */
export function runOperatorContract<T>(name: string, fixture: OperatorFixture<T>, runner = globalRunner()): void {
  runner.describe(`${name} keeps the contract of operators`, () => {
    for (const law of operatorLaws(fixture)) runner.it(law.name, law.prove);
  });
}

function globalRunner(): TestRunner {
  const { describe, it } = globalThis as Partial<TestRunner>;
  if (describe !== undefined && it !== undefined) return { describe, it };
  throw new Error('there is no global describe and it: give those of your test runner to runOperatorContract');
}

/** The laws that {@link runOperatorContract} tests, for other ways to run them. @throws Error for too few records */
export function operatorLaws<T>(fixture: OperatorFixture<T>): readonly Law[] {
  const { records } = fixture;
  if (records.length < 20) throw new Error(`${records.length} records test too little: give at least 20`);
  const points = [1, Math.floor(records.length / 3), Math.floor(records.length / 2), records.length - 1];
  const made = (): Pipeline =>
    pipeline('contract', { records: fixture.stream as Stream<never> }, ({ records }) => [
      into<Table, unknown>(fixture.table, fixture.rows(records as Observable<T>) as never),
    ]);
  const rowsAfter = async (steps: (harness: PipelineHarness<T>) => Promise<void>): Promise<readonly string[]> => {
    const harness = pipelineHarness<T>(made());
    await steps(harness);
    await harness.commit();
    const letters = await harness.deadLetters();
    if (letters.length > 0) throw new Error(`a record was dead-lettered: ${shown(letters[0])}`);
    return (await harness.rows(fixture.table)).map(shown);
  };
  const expected = (): Promise<readonly string[]> => rowsAfter(async (harness) => void harness.push(...records));

  return [
    {
      name: 'makes rows of several keys, and no dead letter',
      prove: async () => {
        if ((await expected()).length < 2) throw new Error('fewer than two rows: give records of several keys');
      },
    },
    {
      name: 'makes the same rows, with the same versions, of batches of records as of single ones',
      prove: () => {
        const single = engineRows(made(), fixture, pushAll);
        const together = engineRows(made(), fixture, (engine, all) => {
          const feed = new Feed(engine);
          all.forEach((each, offset) => feed.add(each, { offset, ingested: 0 }));
          feed.end();
        });
        same(together, single);
      },
    },
    {
      name: 'makes the same rows if the run is killed at any point, and goes on from a checkpoint',
      prove: async () => {
        const rows = await expected();
        for (const at of points) {
          same(
            await rowsAfter(async (harness) => {
              harness.push(...records.slice(0, at));
              await harness.checkpoint();
              harness.push(...records.slice(at, at + 2));
              await harness.restart();
              harness.push(...records.slice(at + 2));
              await harness.checkpoint();
              await harness.restart();
            }),
            rows,
          );
        }
      },
    },
    {
      name: 'changes nothing when records are delivered again, or a killed run still writes',
      prove: async () => {
        const rows = await expected();
        for (const at of points) {
          same(
            await rowsAfter(async (harness) => {
              harness.push(...records.slice(0, at));
              await harness.checkpoint();
              harness.push(...records.slice(at));
              await harness.redeliver(records.length - at + 1);
              await harness.commit();
              await harness.zombies();
            }),
            rows,
          );
        }
      },
    },
    {
      name: 'makes the same rows whenever commits happen, and windows are flushed',
      prove: async () => {
        const rows = await expected();
        same(
          await rowsAfter(async (harness) => {
            for (const each of records) {
              harness.push(each);
              await harness.commit();
            }
          }),
          rows,
        );
        const idle = async (harness: PipelineHarness<T>): Promise<void> => {
          for (const each of records) {
            harness.push(each);
            harness.idle();
          }
          harness.idle();
        };
        same(
          await rowsAfter(idle),
          await rowsAfter(async (harness) => {
            harness.push(...records);
            harness.idle();
          }),
        );
      },
    },
    {
      name: 'keeps nothing of a record that fails elsewhere',
      prove: async () => {
        const failing = failingOf(fixture);
        const kept = records.filter((each) => !failing.has(each));
        same(await rowsWithFailures(fixture, failing), await rowsAfter(async (harness) => void harness.push(...kept)));
      },
    },
    {
      name: 'shares nothing between partitions',
      prove: () => {
        const alone = engineRows(made(), fixture, pushAll);
        const shared = made();
        const other = engineOf(shared, fixture);
        pushAll(other, records);
        same(engineRows(shared, fixture, pushAll), alone);
      },
    },
  ];
}

function pushAll<T>(engine: PartitionEngine, records: readonly T[]): void {
  records.forEach((each, offset) => engine.push(each, { offset, ingested: 0 }));
}

function engineOf<T>(pipeline: Pipeline, { stream }: OperatorFixture<T>): PartitionEngine {
  const codec = jsonCodec(stream.schema) as { encode(record: unknown): Uint8Array };
  return new PartitionEngine({ pipeline, partition: 0, source: 'contract', codec, onBadRecord: 'fail' });
}

/** The rows that one engine gives for all records, with their versions. */
function engineRows<T>(
  pipeline: Pipeline,
  fixture: OperatorFixture<T>,
  push: (engine: PartitionEngine, records: readonly T[]) => void,
): readonly string[] {
  const engine = engineOf(pipeline, fixture);
  push(engine, fixture.records);
  return engine.commit().map(({ table: { name }, values, version }: Mutation) => shown([name, values, version]));
}

const Failures = record('failures', { records: int64() });
const failures = table(
  'contract_failures',
  { partitionBy: ['name'], clusterBy: ['shard'] },
  { name: text(), shard: shard(), records: int64() },
);

/** Some of the records, told by what they are encoded to, because the harness decodes them. */
function failingOf<T>({ stream, records }: OperatorFixture<T>): { has(record: T): boolean } {
  const codec = jsonCodec(stream.schema) as unknown as { encode(record: T): Uint8Array };
  const textOf = (each: T): string => String(codec.encode(each));
  const failing = new Set(records.filter((_, n) => n % 5 === 3).map(textOf));
  return { has: (each) => failing.has(textOf(each)) };
}

/** The rows of a pipeline in which another operator throws for some records, after the one under test has seen them. */
async function rowsWithFailures<T>(
  { stream, records, table, rows }: OperatorFixture<T>,
  failing: { has(record: T): boolean },
): Promise<readonly string[]> {
  const both = pipeline('contract', { records: stream as Stream<never> }, ({ records: flow }) => {
    const input: Observable<unknown> = flow;
    const fold = shardedFold('contract-failures', {
      key: () => ['all'] as const,
      state: Failures,
      fold: (state, each: unknown) => {
        state.records++;
        if (failing.has(each as T)) throw new Error('this record fails on purpose');
      },
    });
    return [into<Table, unknown>(table, rows(input as Observable<T>) as never), into(failures, input.pipe(fold))];
  });
  const harness = pipelineHarness<T>(both);
  harness.push(...records);
  await harness.commit();
  const letters = await harness.deadLetters();
  if (letters.length === 0) throw new Error('no record has failed');
  return (await harness.rows(table)).map(shown);
}

/** Throws the first difference. */
function same(rows: readonly string[], expected: readonly string[]): void {
  for (let n = 0; n < Math.max(rows.length, expected.length); n++) {
    if (rows[n] === expected[n]) continue;
    throw new Error(`row ${n} of ${rows.length} is ${rows[n] ?? 'absent'}, and should be ${expected[n] ?? 'absent'}`);
  }
}

function shown(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? `${each}n` : each));
}
