export { cassandraTables } from './cassandra-tables.js';
export { consistencies, type CassandraOptions, type Consistency } from './options.js';
