export { CHANGE_FACTS, changeOf, changeSchema, type ChangedSchema, type ChangeFacts } from './change-schema.js';
export { bigMulDivHalfEven, decimalProduct, rescale, type ProductScales } from './decimal-arithmetic.js';
export {
  bigDecimal,
  bigMoney,
  boolean,
  date,
  decimal,
  double,
  int32,
  int64,
  money,
  oneOf,
  optional,
  shard,
  text,
  timestamp,
  type DecimalOptions,
  type NumberBounds,
  type TextBounds,
} from './fields.js';
export { partialRecord, partialRecordMaker, type PartialRecord } from './partial-record.js';
export { mulDivHalfEven, timesPrice } from './money.js';
export {
  checkFields,
  fieldOf,
  onlyFields,
  record,
  snakeCase,
  type Infer,
  type RecordOptions,
  type RecordSchema,
} from './record.js';
export { checkedScale, MAX_SCALE, MONEY_SCALE, scaleOf, typeName, typeNamed, type NamedType } from './scale.js';
export {
  MAX_SAFE,
  type DecimalForm,
  type FieldType,
  type Fields,
  type Kind,
  type Mutable,
  type ObjectOf,
  type Value,
  type ValueOf,
} from './types.js';
export { isDay, isText, presentValueFits, valueFits, valueProblem, type Fits } from './value-rules.js';
