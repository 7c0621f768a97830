export { unitsOfDouble } from './decimal.js';
export {
  formatDecimal,
  formatMoney,
  formatRow,
  formatValue,
  jsonDecimal,
  parseBigDecimal,
  parseDecimal,
  parseMoney,
  parseValue,
  type ParseDecimalOptions,
} from './format.js';
export type { Decimals, JsonCodecOptions } from './form.js';
export { jsonCodec } from './json-codec.js';
