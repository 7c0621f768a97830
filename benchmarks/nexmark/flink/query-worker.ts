/**
 * The process of our side. Each line of its standard input is a `QueryRun` as JSON, which it runs into tables that only
 * count rows. It answers with a line of JSON, and `done`.
 */
import { createInterface } from 'node:readline';
import { countingTables } from '../../live/counting-tables.js';
import { pipelineOf, type QueryRun, runQuery } from './run-query.js';

/** What a process did in a run. */
export interface WorkerReport {
  readonly records: number;
  readonly setAside: number;
  readonly rows: number;
}

console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  const run = JSON.parse(line) as QueryRun;
  const pipeline = pipelineOf(run);
  const tables = countingTables(pipeline);
  const { records, setAside } = await runQuery(run, pipeline, tables);
  await tables.close();
  const report: WorkerReport = { records, setAside, rows: tables.rows };
  console.log(JSON.stringify(report));
  console.log('done');
}
