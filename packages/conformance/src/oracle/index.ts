export { dumpLine, type DumpRow } from './dump-form.js';
export { stockafolioOracle } from './stockafolio-oracle.js';
export type { WireTrade } from './wire-trade.js';
