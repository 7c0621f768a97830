import { list, numberOrNull, object, orNull, text, time, type JsonSchema } from './schemas.js';

const flag: JsonSchema = { type: 'boolean' };
const whole: JsonSchema = { type: 'integer' };

/** What the answers about the pipeline give. */
export const pipelineAnswers = {
  pipeline: object({
    ...{ now: time, pipeline: text(), hasRunners: flag, isReadable: flag },
    nodes: list(
      object({
        ...{ id: text(), name: text(), kind: text('stream, operator, table or topic') },
        ...{ operator: orNull(text()), keys: numberOrNull('keys with state') },
      }),
    ),
    edges: list(object({ from: text(), to: text(), rate: numberOrNull('messages or rows a second') })),
    runners: list(
      object({
        ...{ name: text(), why: orNull(text('why it cannot be asked')), version: orNull(text()), node: orNull(text()) },
        ...{ started: orNull(time), partitions: numberOrNull(), memory: numberOrNull('bytes') },
        processors: numberOrNull('in use: 1 is one whole processor'),
      }),
    ),
    partitions: list(
      object({
        ...{ partition: text(), runner: orNull(text()), offset: numberOrNull(), behind: numberOrNull('messages') },
        ...{ watermark: orNull(time), lagSeconds: numberOrNull(), keys: numberOrNull() },
        ...{ checkpointed: orNull(time), checkpointBytes: numberOrNull(), unsavedSeconds: numberOrNull() },
      }),
    ),
    rates: object({
      ...{ messages: numberOrNull(), rows: numberOrNull(), commits: numberOrNull() },
      ...{ commitSeconds: numberOrNull(), endToEndSeconds: numberOrNull() },
    }),
    counts: object({
      ...{ checkpointsStored: numberOrNull(), checkpointsFailed: numberOrNull(), checkpointsSkipped: numberOrNull() },
      ...{ retries: numberOrNull(), wentBack: numberOrNull(), deadLetters: numberOrNull() },
    }),
  }),
  deadLetters: object({
    ...{ count: whole, complete: flag },
    causes: list(object({ code: text(), count: whole, newest: time })),
    letters: list(
      object({
        ...{ pipeline: text(), partition: whole, offset: whole, operator: text(), code: text(), cause: text() },
        ...{ message: text('its first 4,096 characters'), encoding: text('utf8 or base64'), truncated: flag },
        ...{ ingested: time, replayed: flag },
      }),
    ),
  }),
} as const;
