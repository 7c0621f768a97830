import type { FastifyInstance } from 'fastify';
import type { WireDeadLetters, WirePipeline } from '../wire/pipeline-types.js';
import type { RouteContext } from './context.js';
import { pipelineAnswers } from './pipeline-schemas.js';
import { failures, requests } from './schemas.js';

/** The health of the pipeline that makes the tables, and the messages that it has rejected. */
export function addPipelineRoutes(server: FastifyInstance, { health, deadLetters }: RouteContext): void {
  server.get(
    '/api/pipeline',
    {
      schema: {
        summary: 'the plan with its rates, the lag of each partition, commits, checkpoints, state and versions',
        description:
          'From the metrics of the stream runners that the server was given, and the progress in the tables. What is not known is null, never 0. Rates are over the last ten seconds: they are known from the second request on.',
        tags: ['pipeline'],
        querystring: requests.none,
        response: { 200: pipelineAnswers.pipeline, ...failures },
      },
      config: { audience: 'firm' },
    },
    async (): Promise<WirePipeline> => health.now(),
  );

  server.get(
    '/api/pipeline/dead-letters',
    {
      schema: {
        summary: 'the newest 200 dead letters, and how many there are of each cause',
        description: 'At most 20,000 are counted, which `complete` tells.',
        tags: ['pipeline'],
        querystring: requests.none,
        response: { 200: pipelineAnswers.deadLetters, ...failures },
      },
      config: { audience: 'firm' },
    },
    async (): Promise<WireDeadLetters> => deadLetters.now(),
  );
}
