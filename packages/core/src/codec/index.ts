export { formatMoney, formatRow, formatValue, parseMoney, parseValue, type ParseMoneyOptions } from './format.js';
export type { JsonCodecOptions } from './form.js';
export { jsonCodec } from './json-codec.js';
