import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { whatIsMissing } from '@stockafolio/servers';
import { ROOT, startProgram, succeeded } from './run-command.js';

const OPENS = [
  'java.lang',
  'java.lang.invoke',
  'java.net',
  'java.nio',
  'java.util',
  'java.util.concurrent',
  'sun.nio.ch',
];
const run = promisify(execFile);

/** A compiled Java class, to run on two Spark threads on this machine. */
export interface SparkJob {
  readonly source: string;
  /** Folder of the pom.xml that names its jars. */
  readonly pom: string;
  /** The name of their folder in the cache. */
  readonly jars: string;
  /** Folders for its classes and for Spark's spill files. */
  readonly classes: string;
  readonly local: string;
}

/** Skips the suite with one printed line if Java or Maven is missing; fails instead if servers are required. */
export function needsSpark(what: string, context: Mocha.Context): void {
  const missing = whatIsMissing();
  if (missing === '') return;
  const words = `${what} needs ${missing}`;
  if (process.env['REQUIRE_SERVERS'] === '1') throw new Error(words);
  process.stderr.write(`skipped: ${words}\n`);
  context.skip();
}

/** Compiles a job. @returns a function that runs it with arguments, and returns its output */
export async function compiledJob(job: SparkJob): Promise<(...args: string[]) => Promise<string>> {
  const lib = await sparkJars(job);
  await run('javac', ['-encoding', 'UTF-8', '-cp', `${lib}/*`, '-d', job.classes, job.source]);
  const name = (job.source.split('/').at(-1) ?? '').replace('.java', '');
  return async (...args) => {
    const running = startProgram(
      'java',
      [
        ...OPENS.map((opened) => `--add-opens=java.base/${opened}=ALL-UNNAMED`),
        ...['-Xmx512m', '-Dspark.master=local[2]', '-Dspark.ui.enabled=false', '-Dspark.driver.host=127.0.0.1'],
        ...['-Dspark.driver.bindAddress=127.0.0.1', `-Dspark.local.dir=${job.local}`],
        ...['-cp', `${lib}/*:${job.classes}`, name, ...args],
      ],
      ROOT,
    );
    return succeeded(`the job ${name} of Spark`, await running.ended).stdout;
  };
}

/** The folder with a job's jars; Maven fetches them if they are missing. It appears whole. */
async function sparkJars({ pom, jars }: SparkJob): Promise<string> {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const folder = join(cache, 'stockafolio', jars);
  if (existsSync(folder)) return folder;
  await mkdir(join(cache, 'stockafolio'), { recursive: true });
  const making = await mkdtemp(join(cache, 'stockafolio', '.spark-'));
  try {
    const copy = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${making}`];
    await run('mvn', ['-q', '-B', '-f', join(pom, 'pom.xml'), ...copy], { maxBuffer: 1 << 26 });
    await rename(making, folder);
  } catch (error) {
    await rm(making, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}
