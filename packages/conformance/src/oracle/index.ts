export { announced, type Announcement } from './announce.js';
export { amended } from './amend.js';
export { daysOracle } from './days-oracle.js';
export { dumpLine, type DumpRow } from './dump-form.js';
export { lotsOracle, type OracleMethod } from './lots-oracle.js';
export { stockafolioOracle } from './stockafolio-oracle.js';
export type { WireEvent } from './wire-event.js';
