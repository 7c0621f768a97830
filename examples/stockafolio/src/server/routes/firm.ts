import type { FastifyInstance } from 'fastify';
import type { RouteContext } from './context.js';
import { answers, failures, requests } from './schemas.js';

/** The firm's figures of a day, and its symbols. */
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

  server.get<{ Querystring: { day?: string } }>(
    '/api/symbols',
    {
      schema: {
        summary: 'all symbols that were traded on a day, the greatest value first',
        description: 'A price is null if the symbol was traded on a later day: older prices are not kept.',
        tags: ['firm'],
        querystring: requests.day,
        response: { 200: answers.symbols, ...failures },
      },
      config: { audience: 'firm' },
    },
    async ({ query }) => books.symbols(query.day),
  );
}
