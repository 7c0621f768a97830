import { startCassandra } from './cassandra.js';
import { startHdfs, type HdfsServer } from './hdfs.js';
import { startKafka } from './kafka.js';
import { whatIsMissing } from './missing.js';
import { startS3 } from './s3.js';
import type { Server } from './server.js';

// Servers and Spark jobs of tests live for seconds or minutes: the compiler for long runs costs them more than it saves.
process.env['JAVA_TOOL_OPTIONS'] ??= '-XX:TieredStopAtLevel=1';

const started = new Map<string, Promise<Server>>();

/**
 * For the specs of a suite: the Kafka that all specs of this process share, started when the first suite needs it.
 *
 * Each of Mocha's parallel workers has its own. So a suite may kill or suspend a server, and no group of consumers has
 * members of two suites at once.
 *
 * If the machine lacks something, the suite is skipped, with one line that says what; with REQUIRE_SERVERS=1 it fails
 * instead.
 */
export const useKafka = (): (() => Server) => use('Kafka', startKafka);
/** The same for Cassandra. */
export const useCassandra = (): (() => Server) => use('Cassandra', startCassandra);
/** The same for HDFS. */
export const useHdfs = (): (() => HdfsServer) => use('HDFS', startHdfs);
/** The same for S3, with the bucket `stockafolio` and no login. */
export const useS3 = (): (() => Server) => use('S3', startS3);

function use<S extends Server>(name: string, start: () => Promise<S>): () => S {
  let server: S | undefined;
  before(`starts ${name}`, async function () {
    this.timeout(300_000);
    const missing = whatIsMissing();
    if (missing !== '') {
      const words = `${this.test?.parent?.title ?? 'a suite'} needs ${name}, and this machine has no ${missing}`;
      if (process.env['REQUIRE_SERVERS'] === '1') throw new Error(words);
      process.stderr.write(`skipped: ${words}\n`);
      return this.skip();
    }
    let starting = started.get(name) as Promise<S> | undefined;
    if (starting === undefined) {
      starting = start();
      started.set(name, starting);
    }
    server = await starting;
  });
  return () => {
    if (server === undefined) throw new Error(`${name} is available only within a test`);
    return server;
  };
}

/**
 * Ends what was started; mocha calls it once at the end, if it loads this module (`--require`).
 *
 * A parallel worker of Mocha calls it after each file. Its servers remain for the next file, and end with the worker.
 */
export const mochaHooks = {
  async afterAll(): Promise<void> {
    if (process.env['MOCHA_WORKER_ID'] !== undefined) return;
    for (const starting of started.values()) await (await starting).close();
    started.clear();
  },
};
