import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { jarsOf, startKafka } from '@stockafolio/servers';
import kafkajs from 'kafkajs';

/* Regenerates the files of this folder: a broker stores of a batch what its producer has sent. See README.md. */

const run = promisify(execFile);
const here = dirname(fileURLToPath(import.meta.url));
const python = process.env['PYTHON'] ?? 'python3';
const classes = await mkdtemp(join(tmpdir(), 'java-producer-'));
const lib = await jarsOf('kafka');
await run('javac', ['-cp', `${lib}/*`, '-d', classes, join(here, 'JavaProducer.java')]);
const server = await startKafka();
const broker = `127.0.0.1:${server.port}`;
const admin = new kafkajs.Kafka({ brokers: [broker] }).admin();
await admin.connect();
try {
  for (const compression of ['gzip', 'snappy', 'lz4', 'zstd']) {
    for (const [writer, command, args] of [
      ['java', 'java', ['-cp', `${lib}/*:${classes}`, 'JavaProducer']],
      ['librdkafka', python, [join(here, 'librdkafka_producer.py')]],
    ] as const) {
      const topic = `${writer}-${compression}`;
      await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true });
      await run(command, [...args, broker, topic, compression]);
      const folder = join(dirname(server.log), 'data', `${topic}-0`);
      const [segment = ''] = (await readdir(folder)).filter((name) => name.endsWith('.log'));
      await copyFile(join(folder, segment), join(here, `${topic}.batches`));
    }
  }
} finally {
  await admin.disconnect();
  await server.close();
  await rm(classes, { recursive: true });
}
