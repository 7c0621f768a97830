import type { FastifyInstance } from 'fastify';
import { accountFigures, latestEvents } from '../../figures/account-figures.js';
import { wireAccount, wireEvent } from '../wire/accounts.js';
import type { WireAccounts } from '../wire/types.js';
import type { RouteContext } from './context.js';
import { answers, failures, requests } from './schemas.js';
import { mustHaveTraded } from './users.js';

/** The cash of a user, and what else than trades happened in the account. */
export function addAccountRoutes(server: FastifyInstance, { live }: RouteContext): void {
  server.get<{ Params: { user: string }; Querystring: { limit: number } }>(
    '/api/users/:user/account',
    {
      schema: {
        summary: 'cash and income by currency, and the newest events that are no trades',
        ...{ tags: ['users'], params: requests.user, querystring: requests.trades },
        response: { 200: answers.accounts, ...failures },
      },
      config: { audience: 'user' },
    },
    async ({ params: { user }, query }): Promise<WireAccounts> => {
      const [accounts, events] = await Promise.all([accountFigures(live, user), latestEvents(live, user, query.limit)]);
      // Who has an account may not have traded yet.
      if (accounts.length === 0 && events.length === 0) await mustHaveTraded(live, user);
      return { accounts: accounts.map(wireAccount), events: events.map(wireEvent) };
    },
  );
}
