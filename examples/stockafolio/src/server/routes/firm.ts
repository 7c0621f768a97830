import type { FastifyInstance } from 'fastify';
import type { RouteContext } from './context.js';
import { answers, failures, requests } from './schemas.js';

/** The firm's figures of a day. */
export function addFirmRoutes(server: FastifyInstance, { books }: RouteContext): void {
  server.get<{ Querystring: { day?: string } }>(
    '/api/firm',
    {
      schema: {
        summary: "the firm's figures of a day; of the newest one where none is named",
        description: 'Twenty of each ranking. The moves are of symbols last traded on that day.',
        tags: ['firm'],
        querystring: requests.day,
        response: { 200: answers.firm, ...failures },
      },
      config: { audience: 'firm' },
    },
    async ({ query }) => books.firm(query.day),
  );
}
