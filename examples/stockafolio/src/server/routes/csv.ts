import type { FastifyInstance, FastifyReply } from 'fastify';
import { csvOf } from '../wire/csv.js';
import type { RouteContext } from './context.js';
import { requests } from './schemas.js';
import { portfolioOf, tradesOf } from './users.js';

const HOLDING = [
  ...(['symbol', 'name', 'sector', 'quantity', 'averageCost', 'cost', 'realized', 'price', 'marketValue'] as const),
  ...(['unrealized', 'dayChange'] as const),
];
const TRADE = ['time', 'id', 'symbol', 'sector', 'side', 'quantity', 'price', 'value'] as const;
const MOST_TRADES = 10_000;

/** Holdings and trades as files for a spreadsheet. */
export function addCsvRoutes(server: FastifyInstance, context: RouteContext): void {
  const route = (what: string, lines: (user: string) => Promise<string>): void => {
    server.get<{ Params: { user: string } }>(
      `/api/users/:user/${what}.csv`,
      {
        schema: { summary: `the ${what} as CSV`, tags: ['users'], params: requests.user, querystring: requests.none },
        config: { audience: 'user' },
      },
      async ({ params }, reply) => send(reply, `${what}.csv`, await lines(params.user)),
    );
  };
  route('holdings', async (user) => csvOf(HOLDING, (await portfolioOf(context, user)).holdings));
  route('trades', async (user) => csvOf(TRADE, await tradesOf(context, user, MOST_TRADES)));
}

function send(reply: FastifyReply, name: string, text: string): string {
  void reply.type('text/csv; charset=utf-8').header('content-disposition', `attachment; filename="${name}"`);
  return text;
}
