import { canCompile, compile } from '../compile/compile.js';
import type { RecordMaker } from '../compile/record-maker.js';
import { StockafolioError } from '../errors/index.js';

/** Creates a record from the values of the fields that were read, in the order of the record's own fields. */
export type PartialRecord = new (...values: readonly unknown[]) => object;

/**
 * Records of which only some fields were read. Accessing another field throws ERR_FIELD_NOT_READ, whatever its type. It
 * is never `undefined`, which would look like an absent value.
 *
 * @param names the record's fields, in order
 * @param reads those of them that were read
 */
export function partialRecord(names: readonly string[], reads: readonly string[]): PartialRecord {
  const read = names.filter((name) => reads.includes(name));
  const Record = canCompile() ? compiledRecord(read) : plainRecord(read);
  for (const name of names) {
    if (reads.includes(name)) continue;
    Object.defineProperty(Record.prototype, name, { configurable: true, get: () => refuse(name) });
  }
  return Record;
}

/** A maker of such records from the values of the fields that were read. */
export function partialRecordMaker<T extends object>(
  names: readonly string[],
  reads: readonly string[],
): RecordMaker<T> {
  const Record = partialRecord(names, reads);
  const read = names.filter((name) => reads.includes(name));
  return canCompile() ? compiledMaker(Record, read) : (values) => new Record(...values) as T;
}

export function compiledMaker<T extends object>(Record: PartialRecord, read: readonly string[]): RecordMaker<T> {
  const values = read.map((_, n) => `values[${n}]`);
  const owner = `partial records of ${read.join(' ')}`;
  return compile(owner, { Record }, `return (values) => new Record(${values.join(', ')});`);
}

/** Names may be reserved words, such as `class`: they are used only as members, never as variables. */
export function compiledRecord(read: readonly string[]): PartialRecord {
  const values = read.map((_, n) => `v${n}`);
  const assignments = read.map((name, n) => `this.${name} = v${n};`);
  return compile(
    'partial records',
    {},
    `return class { constructor(${values.join(', ')}) { ${assignments.join(' ')} } };`,
  );
}

export function plainRecord(read: readonly string[]): PartialRecord {
  return class {
    [name: string]: unknown;

    constructor(...values: readonly unknown[]) {
      for (let n = 0; n < read.length; n++) this[read[n] as string] = values[n];
    }
  };
}

function refuse(name: string): never {
  throw new StockafolioError('ERR_FIELD_NOT_READ', `field '${name}' was not read: the pipeline does not declare it`, {
    hint: `add '${name}' to the pipeline's reads; the key and the time of its stream belong there too`,
  });
}
