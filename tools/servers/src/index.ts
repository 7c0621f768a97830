export { jarsOf } from './jars.js';
export { startCassandra } from './cassandra.js';
export { startHdfs, type HdfsServer } from './hdfs.js';
export { startKafka, type KafkaOptions } from './kafka.js';
export { whatIsMissing } from './missing.js';
export { startS3, type S3Options } from './s3.js';
export type { Lifecycle, Server } from './server.js';
