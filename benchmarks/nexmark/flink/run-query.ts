import { systemClock } from '@stockafolio/connectors/clock-system';
import { filesLocal } from '@stockafolio/connectors/files-local';
import { kafkaSource, kafkaTopics } from '@stockafolio/connectors/kafka';
import { jsonCodec, type Pipeline } from '@stockafolio/core';
import { needsStages } from '@stockafolio/core/plan';
import type { Source, Tables } from '@stockafolio/core/ports';
import { runStream, type StreamResult } from '@stockafolio/runner-stream';
import { queryOf } from '../check.js';
import { repartitioned } from './repartitioned.js';
import { topicOf } from './topics.js';

export interface QueryRun {
  readonly brokers: readonly string[];
  readonly query: string;
  /** The set of topics. */
  readonly set: string;
  /** Names the run: its consumer group, its checkpoints and its own topics. */
  readonly run: string;
  /** Whether it reads the topics that Flink reads, although the query needs another key. */
  readonly repartition: boolean;
  /** The folder of the checkpoints. */
  readonly checkpoints: string;
  /** In milliseconds. */
  readonly checkpointInterval: number;
}

export function pipelineOf({ query, run, repartition }: QueryRun): Pipeline {
  const made = repartition ? repartitioned(query, run) : queryOf(query).pipeline;
  if (made === undefined) throw new Error(`${query} is not repartitioned: its topics have its key`);
  return made;
}

/** Runs a query over its topics until it is caught up, as a member of the group of the run. */
export async function runQuery(given: QueryRun, pipeline: Pipeline, tables: Tables): Promise<StreamResult> {
  const { brokers, set, run, checkpoints, checkpointInterval } = given;
  const kafka = { brokers, clock: systemClock };
  const open = (stream: string): Source => kafkaSource({ ...kafka, topic: topicOf(set, stream) });
  const [first, ...others] = pipeline.streams.map(({ name, schema }) => ({
    name,
    input: { source: open(name), codec: jsonCodec(schema) as never },
  }));
  if (first === undefined) throw new Error(`${pipeline.name} reads nothing`);
  return runStream({
    ...{ pipeline, tables, group: run, clock: systemClock, checkpointInterval, untilCaughtUp: true },
    ...first.input,
    others: Object.fromEntries(others.map(({ name, input }) => [name, input])),
    ...(needsStages(pipeline) ? { repartitions: kafkaTopics(kafka), reopen: open } : {}),
    checkpoints: filesLocal(checkpoints),
    onBadRecord: 'fail',
  });
}
