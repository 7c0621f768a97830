/** A value of a parsed footer: what it is, is not known, because the bytes of a field state its type. */
type Check = (value: unknown, where: string) => void;

/**
 * Checks that a parsed footer has the types of `parquet.thrift`, as far as they are used. The parser takes over whatever
 * type the bytes of a field state.
 *
 * @throws if it has not, naming the field
 */
export function checkShape(metadata: unknown): void {
  footer(metadata, 'the footer');
}

function is(type: 'string' | 'number' | 'bigint'): Check {
  return (value, where) => {
    if (typeof value !== type) throw new Error(`${where} is ${describe(value)}, not a ${type}`);
  };
}

const count: Check = (value, where) => {
  if (!Number.isSafeInteger(value) || (value as number) < 0)
    throw new Error(`${where} is ${describe(value)}, not a count`);
};

/** A decimal of more digits would take seconds to compute. */
const digits: Check = (value, where) => {
  count(value, where);
  if ((value as number) > 1_000) throw new Error(`${where} is ${describe(value)}`);
};

function optional(check: Check): Check {
  return (value, where) => {
    if (value !== undefined) check(value, where);
  };
}

function list(check: Check): Check {
  return (value, where) => {
    if (!Array.isArray(value)) throw new Error(`${where} is ${describe(value)}, not a list`);
    value.forEach((each, n) => {
      check(each, `${where}[${n}]`);
    });
  };
}

function struct(fields: Readonly<Record<string, Check>>): Check {
  return (value, where) => {
    if (typeof value !== 'object' || value === null) throw new Error(`${where} is ${describe(value)}, not a struct`);
    for (const [name, check] of Object.entries(fields))
      check((value as Record<string, unknown>)[name], `${where}.${name}`);
  };
}

function describe(value: unknown): string {
  return typeof value === 'object' ? 'a struct or a list' : `${typeof value} ${String(value)}`;
}

const [string, integer] = [is('string'), is('bigint')];

/** Only decimals need their scale; a scale or a sign of another type is a field of another number. */
const logicalType: Check = (value, where) => {
  struct({ type: optional(string), unit: optional(string) })(value, where);
  const isDecimal = (value as { type?: unknown }).type === 'DECIMAL';
  if (isDecimal) struct({ scale: digits, precision: digits })(value, where);
};

const footer = struct({
  schema: list(
    struct({
      name: string,
      type: optional(string),
      num_children: optional(count),
      logical_type: optional(logicalType),
      converted_type: optional(string),
      scale: optional(digits),
      precision: optional(digits),
    }),
  ),
  num_rows: integer,
  key_value_metadata: optional(list(struct({ key: string, value: optional(string) }))),
  created_by: optional(string),
  row_groups: list(
    struct({
      num_rows: integer,
      columns: list(
        struct({
          file_path: optional(string),
          meta_data: optional(
            struct({
              type: string,
              encodings: list(string),
              path_in_schema: list(string),
              codec: string,
              num_values: integer,
              total_compressed_size: optional(integer),
              data_page_offset: integer,
              dictionary_page_offset: optional(integer),
            }),
          ),
        }),
      ),
    }),
  ),
});
