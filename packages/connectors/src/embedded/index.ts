export { embeddedTables, type EmbeddedTables, type EmbeddedTablesOptions } from './embedded-tables.js';
