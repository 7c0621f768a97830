import type { FastifyInstance } from 'fastify';
import type { TwinsOf } from '../../figures/twin-figures.js';
import type { WireLastComparison, WireTwinRows, WireTwins } from '../wire/types.js';
import { closeAnswers, closeRequests } from './close-schemas.js';
import type { RouteContext } from './context.js';
import { failures, requests } from './schemas.js';

interface TwinQuery {
  readonly day?: string;
  readonly of: TwinsOf;
}

/** The comparison of stream and batch, and the figures of the close beside the live ones. */
export function addCloseRoutes(server: FastifyInstance, { closes }: RouteContext): void {
  server.get(
    '/api/close/comparison',
    {
      schema: {
        summary: 'the last comparison of the live tables with what the archive says',
        description:
          'As `reconcile --keep-result` has kept it: no table is compared for this answer. `since` counts the messages that it says nothing about. Null if none was kept.',
        tags: ['firm'],
        querystring: requests.none,
        response: { 200: closeAnswers.comparison, ...failures },
      },
      config: { audience: 'firm' },
    },
    async (): Promise<WireLastComparison> => closes.last(),
  );

  server.get<{ Querystring: TwinQuery }>(
    '/api/close/figures',
    {
      schema: {
        summary: 'each figure of the close of a day, its live twin, and the difference',
        description: 'The difference is the live figure minus that of the close.',
        tags: ['firm'],
        querystring: closeRequests.twins,
        response: { 200: closeAnswers.twins, ...failures },
      },
      config: { audience: 'firm' },
    },
    async ({ query }): Promise<WireTwins> => closes.twins(query.day, query.of),
  );

  server.get<{ Querystring: TwinQuery & { name: string } }>(
    '/api/close/rows',
    {
      schema: {
        summary: 'the rows that such a figure is made of, in both tables',
        description:
          'One of each shard, with its key, its version as market time, and how far its partition is in these tables. Live rows of the firm may be up to a second behind that.',
        tags: ['firm'],
        querystring: closeRequests.rows,
        response: { 200: closeAnswers.rows, ...failures },
      },
      config: { audience: 'firm' },
    },
    async ({ query }): Promise<WireTwinRows> => closes.rows(query.day, query.of, query.name),
  );
}
