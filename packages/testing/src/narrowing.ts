import type { Pipeline, Stream } from '@stockafolio/core';
import { partialRecordMaker } from '@stockafolio/core/ports';

/** Reduces the records of a stream to the fields that a pipeline declares to read, as a batch run does. */
export function narrowing(reads: Pipeline['reads'], { schema }: Stream<unknown>): (record: unknown) => unknown {
  if (reads === undefined) return (record) => record;
  const { names } = schema;
  const read = names.filter((name) => reads.includes(name));
  const make = partialRecordMaker(names, read);
  return (record) => make(read.map((name) => (record as Readonly<Record<string, unknown>>)[name]));
}
