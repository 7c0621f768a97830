export { CHANGE_FACTS, changeOf, changeSchema, type ChangedSchema, type ChangeFacts } from './change-schema.js';
export {
  bigMoney,
  boolean,
  date,
  double,
  int32,
  int64,
  money,
  oneOf,
  optional,
  shard,
  text,
  timestamp,
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
export {
  MAX_SAFE,
  MONEY_SCALE,
  type FieldType,
  type Fields,
  type Kind,
  type Mutable,
  type ObjectOf,
  type Value,
  type ValueOf,
} from './types.js';
export { isDay, isText, presentValueFits, valueFits, valueProblem, type Fits } from './value-rules.js';
