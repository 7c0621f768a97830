import { runDecimalsContract } from '@stockafolio/conformance';
import type { Fields, RecordSchema } from '../schema/index.js';
import { jsonCodec } from './json-codec.js';

runDecimalsContract('jsonCodec', {
  keep: async (schema, rows) => {
    const codec = jsonCodec(schema as RecordSchema<Fields>);
    return rows.map((row) => codec.decode(codec.encode(row)) as typeof row);
  },
});
