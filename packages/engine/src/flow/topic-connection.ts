import { BadRecordError, jsonCodec, type Key, StockafolioError, Update, type Value } from '@stockafolio/core';
import { type KeyTuple, partsOfFigures, type TopicStep } from '@stockafolio/core/plan';
import { recordCheck } from '@stockafolio/core/ports';
import type { Connection, PipelineContext } from './context.js';
import { asThrown } from './defect.js';
import { receive } from './receive.js';

type AnyRecord = Readonly<Record<string, Value>>;

/** Receives the records that a flow sends to a topic for others to read. */
export class TopicConnection implements Connection {
  readonly #context: PipelineContext;
  readonly #step: TopicStep;

  constructor(context: PipelineContext, step: TopicStep) {
    this.#context = context;
    this.#step = step;
  }

  connect(): void {
    const context = this.#context;
    const { topic, records, expired } = this.#step;
    const { stream, compactBy } = topic;
    const { name } = stream;
    const to = `topic '${name}'`;
    const problemOf = recordCheck(stream.schema);
    const codec = jsonCodec(stream.schema);
    const take = (value: unknown): void => {
      if (!context.checkActive('topic', name)) return;
      try {
        if (context.changing !== undefined) throw changingTopic(name, context.changing);
        if (context.partial) throw partsOfFigures(name);
        const { isRemoving, isReplaced } = context.rows;
        if (isRemoving && compactBy.length === 0) throw notCompacted(name);
        const record = value instanceof Update ? recordOf(value, compactBy) : (value as AnyRecord);
        const problem = problemOf(record);
        if (problem !== undefined) throw new BadRecordError([{ field: '', message: `${to}: ${problem}` }]);
        // A reader would dead-letter a record that has no time or key there.
        stream.time(record);
        const key = stream.key(record);
        const replaces = compactBy.length === 0 ? undefined : compactBy.map((field) => record[field]);
        const { received: sent, stamp, version } = context;
        const outward = {
          replaces: replaces as Key | undefined,
          version: stamp ?? version,
          ...(isRemoving ? { removedAt: context.time, isReplaced } : {}),
        };
        const bytes = isRemoving ? NO_VALUE : codec.encode(record as never);
        context.rows.leaving.push({ stream, key, value: bytes, sent, outward });
      } catch (error) {
        context.fail(asThrown(to, error));
      }
    };
    receive(context, records, take, (error) => context.breakConnection(this, to, error));
    if (expired === undefined) return;
    context.fanOut(expired).add((figure) => {
      context.rows.isRemoving = true;
      take(figure);
      context.rows.isRemoving = false;
    });
  }
}

/** What a fold emits, as a record: the parts of its key have the names of the fields that a message replaces. */
function recordOf({ key, value }: Update<KeyTuple, AnyRecord>, compactBy: readonly string[]): AnyRecord {
  const record: Record<string, Value> = { ...value };
  compactBy.forEach((field, part) => {
    record[field] = key[part];
  });
  return record;
}

const NO_VALUE = new Uint8Array(0);

function notCompacted(topic: string): StockafolioError {
  return new StockafolioError(
    'ERR_PIPELINE_INVALID',
    `topic '${topic}' received a value that is removed, and is not compacted`,
    { hint: 'name the fields of the keys: topic(stream, { compactBy: [...] })' },
  );
}

function changingTopic(topic: string, sender: string): StockafolioError {
  return new StockafolioError(
    'ERR_PIPELINE_INVALID',
    `topic '${topic}' received a figure of '${sender}' that may still change, and that is emitted when a commit happens`,
    { hint: 'such figures go into tables only; emit() what records alone determine' },
  );
}
