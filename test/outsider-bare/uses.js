import { fileArchive } from '@stockafolio/connectors/archive';
import { cassandraTables } from '@stockafolio/connectors/cassandra';
import { systemClock } from '@stockafolio/connectors/clock-system';
import { embeddedTables } from '@stockafolio/connectors/embedded';
import { filesLocal } from '@stockafolio/connectors/files-local';
import { filesS3 } from '@stockafolio/connectors/files-s3';
import { kafkaProducer, kafkaSource } from '@stockafolio/connectors/kafka';
import { openParquet, parquetColumns, writeParquet } from '@stockafolio/connectors/parquet';
import { record, stream, table, text, timestamp } from '@stockafolio/core';

/** Uses each connector whose packages are missing here, and prints the errors: `{ use, code, hint }`, one per line. */
const Sale = record('sale', { till: text(), time: timestamp() });
const sales = stream('sales', Sale, { key: (s) => s.till, time: (s) => s.time });
const tills = table('tills', { partitionBy: ['till'] }, { till: text() });
const files = filesLocal('data');
const topic = { brokers: ['127.0.0.1:1'], topic: 'sales', clock: systemClock };
const place = { contactPoints: ['127.0.0.1:1'], keyspace: 'k', localDataCenter: 'dc' };

const uses = {
  embedded: () => embeddedTables('data/tables'),
  cassandra: () => cassandraTables(place).create([tills]),
  'files-s3': () => filesS3({ bucket: 'sales' }).size('a'),
  parquet: () => openParquet(files, 'sales.parquet'),
  'parquet written': () => writeParquet(files, 'sales.parquet', parquetColumns(Sale), [[{ till: 'a', time: 0 }]]),
  archive: () =>
    fileArchive(files, sales).write({ partition: 0, first: 0, last: 0, day: '2026-01-05' }, 'log', [
      { offset: 0, ingested: 0, value: { till: 'a', time: 0 } },
    ]),
  kafka: () => kafkaSource(topic).ranges(),
  'kafka written': () => kafkaProducer(topic),
  'snappy written': () => kafkaProducer({ ...topic, compression: 'snappy' }),
  'lz4 written': () => kafkaProducer({ ...topic, compression: 'lz4' }),
};

for (const [use, run] of Object.entries(uses)) {
  const error = await Promise.resolve()
    .then(run)
    .then(
      () => undefined,
      (thrown) => thrown,
    );
  process.stdout.write(
    `${JSON.stringify({ use, code: error?.code, hint: error?.hint, retryable: error?.retryable })}\n`,
  );
}
