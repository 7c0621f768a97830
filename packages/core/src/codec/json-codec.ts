import { BadRecordError, StockafolioError } from '../errors/index.js';
import type { Codec } from '../ports/index.js';
import type { Fields, ObjectOf, RecordSchema } from '../schema/index.js';
import { slowDecoder } from './decode-slowly.js';
import { jsonEncoder } from './encoder.js';
import { fastDecoder, type FastDecoder } from './fast-decoder.js';
import { formsOf, type JsonCodecOptions } from './form.js';
import { orderWatch, schemaOrder, type Member } from './member-order.js';

const MEBIBYTE = 1_048_576;
/**
 * The JSON form of a schema's records: one object per message.
 *
 * Decoding is exactly as strict about JSON as JSON.parse, ignores unknown members, and uses the last of two members
 * with the same name. Decimal numbers are read exactly from their digits, from a number
 * or a text: see `decimals`. Times are ISO 8601 with a zone
 * (anything finer than a millisecond is cut off) or epoch milliseconds. An optional field may be null or missing, and
 * is then `undefined` in the record. All bad fields of a message are named at once, by their foreign names.
 *
 * Of the schema of a changelog: the form of the messages that set a value.
 *
 * @throws ERR_SCHEMA_INVALID if the options do not fit the schema
 * @example
 * const codec = jsonCodec(Trade, { names: { user: 'uuid_trade' }, values: { side: { sold: 'sell' } } });
 * const trade = codec.decode(message.value);
 */
export function jsonCodec<F extends Fields>(
  schema: RecordSchema<F>,
  options: JsonCodecOptions<F> = {},
): Codec<ObjectOf<F>> {
  const { changes } = schema;
  if (changes !== undefined) return jsonCodec(changes.of as RecordSchema<F>, options);
  const forms = formsOf(schema, options);
  const maxBytes = options.maxBytes ?? MEBIBYTE;
  const needsPosition = forms.some((form) => form.computed !== undefined);
  const { check, needs } = schema;
  const decodeSlowly = slowDecoder<F>(forms, maxBytes, needs);
  const expected = schemaOrder(forms);
  let decodeFast: FastDecoder<F> = expected === undefined ? () => undefined : fastDecoder(schema.name, forms, expected);
  const watch = orderWatch(forms);
  const onOrder = (order: readonly Member[]): void => {
    const other = watch.seen(order);
    if (other !== undefined) decodeFast = fastDecoder(schema.name, forms, other);
  };

  return {
    decode(bytes, position) {
      if (needsPosition && position === undefined) {
        throw new StockafolioError('ERR_INTERNAL', `a '${schema.name}' is decoded without its position`);
      }
      const record =
        (bytes.length > maxBytes ? undefined : decodeFast(bytes, position)) ?? decodeSlowly(bytes, position, onOrder);
      if (needs !== undefined && lacks(record, needs)) decodeSlowly(bytes, position);
      const problem = check?.(record);
      if (problem !== undefined) throw new BadRecordError([{ field: '', message: problem }]);
      return record;
    },
    defaults: { ...options.defaults } as Partial<ObjectOf<F>>,
    encode: jsonEncoder(schema.name, forms),
  };
}

/** Whether a record has not all that its other fields need; then the slow decoder says what. */
function lacks(record: object, needs: NonNullable<RecordSchema['needs']>): boolean {
  const fields = record as Readonly<Record<string, unknown>>;
  for (const name of needs(fields)) if (fields[name] === undefined) return true;
  return false;
}
