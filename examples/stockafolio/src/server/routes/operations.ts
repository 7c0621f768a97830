import type { FastifyInstance } from 'fastify';
import type { RouteContext } from './context.js';
import { answers, failures, requests } from './schemas.js';

/**
 * The endpoints for operators: whether the process is alive, whether it can serve, and its metrics. The first two show
 * no figures, so they need no login. Metrics show the amount of activity, which only the firm may see.
 */
export function addOperationRoutes(server: FastifyInstance, { books, metrics }: RouteContext): void {
  server.get(
    '/health',
    {
      schema: {
        ...{ summary: 'whether the process is alive', tags: ['operations'], querystring: requests.none },
        response: { 200: answers.health, ...failures },
      },
      config: { audience: 'everybody' },
    },
    async (_request, reply) => {
      void reply.header('cache-control', 'no-store');
      return { alive: true };
    },
  );

  server.get(
    '/ready',
    {
      schema: {
        ...{
          summary: 'whether the tables can be read: 503 where not',
          tags: ['operations'],
          querystring: requests.none,
        },
        response: { 200: answers.ready, 503: answers.ready, ...failures },
      },
      config: { audience: 'everybody' },
    },
    async (_request, reply) => {
      void reply.header('cache-control', 'no-store');
      if (await books.readable()) return { ready: true };
      void reply.code(503);
      return { ready: false, why: 'the tables cannot be read' };
    },
  );

  server.get(
    '/metrics',
    {
      schema: { summary: 'metrics, as Prometheus reads them', tags: ['operations'], querystring: requests.none },
      config: { audience: 'firm' },
    },
    async (_request, reply) => {
      void reply.type(metrics.registry.contentType).header('cache-control', 'no-store');
      return metrics.registry.metrics();
    },
  );
}
