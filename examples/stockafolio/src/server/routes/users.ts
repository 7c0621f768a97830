import type { Tables } from '@stockafolio/core/ports';
import type { FastifyInstance } from 'fastify';
import { readRow } from '../../figures/read-rows.js';
import { userTotals } from '../../tables.js';
import { failure } from '../failure.js';
import { wireDayValue } from '../wire/portfolio.js';
import type { WirePortfolio, WireTrade } from '../wire/types.js';
import type { RouteContext } from './context.js';
import { takeDownload, tradesOf } from './downloads.js';
import { answers, failures, requests } from './schemas.js';

/** Trades that may be requested without counting as a download. */
const MANY = 1_000;

interface OfUser {
  Params: { user: string };
}

/** A user's portfolio, whole and in parts, and the search for users. */
export function addUserRoutes(server: FastifyInstance, context: RouteContext): void {
  const { books, live, users } = context;
  const config = { audience: 'user' } as const;
  const part = (summary: string, response: object, querystring: object = requests.none): object => ({
    ...{ summary, tags: ['users'], params: requests.user, querystring },
    response: { 200: response, ...failures },
  });

  server.get<{ Querystring: { prefix: string; limit: number } }>(
    '/api/users',
    {
      schema: {
        summary: 'users whose id begins so',
        description:
          'One of exactly that id is always found. Where the tables are in no order, as in Cassandra, others are suggested among the first 200,000, which `complete` tells.',
        tags: ['users'],
        querystring: requests.search,
        response: { 200: answers.users, ...failures },
      },
      config: { audience: 'firm' },
    },
    async ({ query }) => users.startingWith(query.prefix, query.limit),
  );

  server.get<OfUser>(
    '/api/users/:user',
    { schema: part('all of the below but the value over the day, at one moment', answers.portfolio), config },
    async ({ params }) => portfolioOf(context, params.user),
  );

  server.get<OfUser>(
    '/api/users/:user/totals',
    { schema: part("the user's figures in numbers", answers.totals), config },
    async ({ params }) => (await portfolioOf(context, params.user)).totals,
  );

  server.get<OfUser>(
    '/api/users/:user/holdings',
    { schema: part('what is held, the greatest market value first', answers.holdings), config },
    async ({ params }) => ({ holdings: (await portfolioOf(context, params.user)).holdings }),
  );

  server.get<OfUser & { Querystring: { limit: number } }>(
    '/api/users/:user/trades',
    {
      schema: part(
        'the newest trades, the newest first; all of them are in trades.csv',
        answers.trades,
        requests.trades,
      ),
      config,
    },
    async (request, reply) => {
      const { params, query } = request;
      await mustHaveTraded(live, params.user);
      // A larger number counts as a download.
      const done = query.limit > MANY ? takeDownload(context, request, reply) : undefined;
      try {
        const trades: WireTrade[] = [];
        for await (const trade of tradesOf(live, params.user, query.limit)) trades.push(trade);
        return { trades };
      } finally {
        done?.();
      }
    },
  );

  server.get<OfUser & { Querystring: { day?: string } }>(
    '/api/users/:user/day',
    { schema: part('the market value over a day, every ten minutes', answers.dayValue, requests.day), config },
    async ({ params, query }) => {
      const day = query.day ?? (await books.newestDay());
      await mustHaveTraded(live, params.user);
      return wireDayValue(day, await books.valueOverDay(params.user, day));
    },
  );
}

/** @throws Failure 404 for a user who has never traded */
export async function portfolioOf({ books }: RouteContext, user: string): Promise<WirePortfolio> {
  const portfolio = await books.portfolio(user);
  if (portfolio === undefined) throw unknownUser();
  return portfolio;
}

/** @throws Failure 404 for a user who has never traded */
export async function mustHaveTraded(live: Tables, user: string): Promise<void> {
  if ((await readRow(live, userTotals, [user])) === undefined) throw unknownUser();
}

function unknownUser(): Error {
  return failure(404, 'USER_UNKNOWN', 'no user of that id has traded');
}
