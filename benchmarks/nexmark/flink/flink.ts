import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { jarsOf } from '@stockafolio/servers';
import { type Answered, LineProcess } from './line-process.js';

const MAIN = 'NexmarkOnFlink';
const HERE = import.meta.dirname;
/** The heap of Flink, least and most. */
export const HEAP = '2g';

/** What Flink's own start script opens to it. */
const OPENED = [
  ...['java.lang', 'java.lang.reflect', 'java.net', 'java.io', 'java.nio', 'java.text', 'java.time', 'java.util'],
  ...['java.util.concurrent', 'java.util.concurrent.atomic', 'java.util.concurrent.locks', 'sun.nio.ch'],
];

/** Flink, compiled. */
export interface Flink {
  readonly classpath: string;
}

/** Fetches Flink if it is missing, and compiles our program into a folder. */
export async function compileFlink(folder: string): Promise<Flink> {
  const jars = join(await jarsOf('flink'), '*');
  await promisify(execFile)('javac', ['-d', folder, '-cp', jars, join(HERE, `${MAIN}.java`)]);
  return { classpath: `${folder}:${jars}` };
}

export interface FlinkOptions {
  readonly brokers: readonly string[];
  readonly miniBatch: boolean;
  /** The folder of the checkpoints. */
  readonly checkpoints: string;
  /** In milliseconds. */
  readonly checkpointInterval: number;
}

/** Starts a cluster of Flink, of one process. */
export function startFlink({ classpath }: Flink, options: FlinkOptions): Promise<LineProcess> {
  const { brokers, miniBatch, checkpoints, checkpointInterval } = options;
  return LineProcess.start({
    command: 'java',
    args: [
      ...[`-Xms${HEAP}`, `-Xmx${HEAP}`, '-XX:+UseG1GC', '-Dorg.slf4j.simpleLogger.defaultLogLevel=off'],
      ...OPENED.map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`),
      ...['-cp', classpath, MAIN, brokers.join(','), join(HERE, 'sql/tables.sql')],
      ...[`file://${checkpoints}`, `${checkpointInterval}ms`, String(miniBatch)],
    ],
  });
}

/** The topics that a job reads. */
export interface JobTopics {
  readonly persons: string;
  readonly auctions: string;
  readonly bids: string;
}

/** Runs a query: its rows are discarded, or the last ones are its answer. */
export function askFlink(
  flink: LineProcess,
  way: 'measure' | 'answer',
  query: string,
  { persons, auctions, bids }: JobTopics,
): Promise<Answered> {
  return flink.ask([way, join(HERE, `sql/${query}.sql`), persons, auctions, bids].join('\t'));
}
