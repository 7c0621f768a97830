import type { FastifyInstance } from 'fastify';
import type { Span } from '../../figures/symbol-figures.js';
import { failure } from '../failure.js';
import type { RouteContext } from './context.js';
import { answers, failures, requests } from './schemas.js';
import { mustHaveTraded } from './users.js';

interface OfSymbol {
  Params: { user: string; symbol: string };
}

/** A user's positions in single symbols, and the prices of their symbols. */
export function addSymbolRoutes(server: FastifyInstance, { books, live }: RouteContext): void {
  const config = { audience: 'user' } as const;

  server.get<OfSymbol>(
    '/api/users/:user/symbols/:symbol',
    {
      schema: {
        ...{ summary: 'the position in a symbol, with the newest trades of it', tags: ['users'] },
        ...{ params: requests.symbol, querystring: requests.none, response: { 200: answers.symbol, ...failures } },
      },
      config,
    },
    async ({ params: { user, symbol } }) => {
      await mustHaveTraded(live, user);
      return (await books.symbol(user, symbol)) ?? unknownSymbol();
    },
  );

  server.get<OfSymbol & { Querystring: { span: Span } }>(
    '/api/users/:user/symbols/:symbol/prices',
    {
      schema: {
        ...{ summary: 'the prices of a symbol over some time, and the trades of it', tags: ['users'] },
        description:
          'Every ten minutes for the day and the week, which has five days; the last of each day for a year.',
        ...{ params: requests.symbol, querystring: requests.span, response: { 200: answers.prices, ...failures } },
      },
      config,
    },
    async ({ params: { user, symbol }, query: { span } }) => {
      await mustHaveTraded(live, user);
      return (await books.prices(user, symbol, span)) ?? unknownSymbol();
    },
  );

  server.get<{ Params: { user: string }; Querystring: { symbol: string[] } }>(
    '/api/users/:user/lines',
    {
      schema: {
        ...{ summary: "the day's prices of several symbols of the user, every ten minutes", tags: ['users'] },
        ...{ params: requests.user, querystring: requests.lines, response: { 200: answers.lines, ...failures } },
      },
      config,
    },
    async ({ params: { user }, query: { symbol } }) => {
      await mustHaveTraded(live, user);
      return books.lines(user, symbol);
    },
  );
}

/** @throws Failure 404, always */
function unknownSymbol(): never {
  throw failure(404, 'SYMBOL_UNKNOWN', 'this user has not traded a symbol of that name');
}
