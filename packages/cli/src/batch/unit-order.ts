import { StockafolioError } from '@stockafolio/core';
import type { BatchUnit } from '@stockafolio/runner-batch';
import { z } from 'zod';
import type { UnitPlaces } from '../workers/worker-pool.js';

/** A unit of a batch, with the locations that it uses: all that another machine needs to know. */
export interface UnitOrder {
  readonly unit: BatchUnit;
  readonly places: UnitPlaces;
}

const offset = z.number().int().nonnegative();
const division = z.array(z.strictObject({ partition: offset, from: offset, to: offset })).optional();
const schema = z.strictObject({
  unit: z.strictObject({
    partition: offset,
    source: z.string(),
    partitions: z.number().int().positive().optional(),
    from: offset,
    to: offset,
    division,
    inputs: z
      .array(
        z.strictObject({
          stream: z.string(),
          lane: z.strictObject({ of: z.string(), partition: offset }).optional(),
          source: z.string(),
          partitions: z.number().int().positive().optional(),
          from: offset,
          to: offset,
          silentUntil: z.number().optional(),
          division,
        }),
      )
      .optional(),
    toEnd: z.boolean().optional(),
    fresh: z.boolean(),
    fromStart: z.boolean(),
    onBadRecord: z.enum(['dead-letter', 'fail']),
    onPartitionMismatch: z.enum(['dead-letter', 'fail']),
    deadLetterShare: z.number().min(0).max(1).optional(),
    onManyDeadLetters: z.enum(['warn', 'fail']).optional(),
    acceptPlanChange: z.boolean(),
    writeRows: z.number().int().positive(),
  }),
  places: z.strictObject({
    app: z.string().optional(),
    format: z.string().optional(),
    partitioner: z.enum(['murmur2', 'crc32']).optional(),
    topics: z.record(z.string(), z.string()).default({}),
    files: z.string(),
    tables: z.string(),
    checkpoints: z.string(),
  }),
});

/** Parses a line that `batch --print-units` has printed. @throws ERR_USAGE with what is wrong with it */
export function parseOrder(line: string): UnitOrder {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch (cause) {
    throw noUnit('it is not JSON', cause);
  }
  const read = schema.safeParse(json);
  if (!read.success) {
    throw noUnit(read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
  }
  const { unit, places } = read.data;
  const { app, format, partitioner } = places;
  return { unit, places: { ...places, app, format, partitioner } };
}

function noUnit(what: string, cause?: unknown): StockafolioError {
  return new StockafolioError('ERR_USAGE', `this line does not describe a unit of a batch: ${what}`, {
    cause,
    hint: 'give lines from stockafolio batch --print-units',
  });
}
