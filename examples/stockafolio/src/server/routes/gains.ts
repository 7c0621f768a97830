import type { FastifyInstance } from 'fastify';
import { openLots } from '../../figures/lot-figures.js';
import { gainsByYear, realizedBySymbol } from '../../figures/realized-figures.js';
import { Remembered } from '../remembered.js';
import type { WireGains, WireLots } from '../wire/gain-types.js';
import { wireGains, wireLots } from '../wire/gains.js';
import type { RouteContext } from './context.js';
import { gainAnswers } from './gain-schemas.js';
import { failures, requests } from './schemas.js';
import { mustHaveTraded } from './users.js';

/** Closings that are added up for a page; all of them are in gains.csv. */
const MOST_CLOSINGS = 20_000;
const MOST_LOTS = 500;

/** What a user has gained, and with which lots. */
export function addGainRoutes(server: FastifyInstance, { live, books, lots, clock }: RouteContext): void {
  const config = { audience: 'user' } as const;
  const remembered = new Remembered<WireGains>(clock, { ms: 5_000, most: 200, pace: 3 });

  server.get<{ Params: { user: string } }>(
    '/api/users/:user/gains',
    {
      schema: {
        ...{ summary: 'realized gains by symbol, and by year where lots are kept', tags: ['users'] },
        ...{ params: requests.user, querystring: requests.none, response: { 200: gainAnswers.gains, ...failures } },
      },
      config,
    },
    async ({ params: { user } }): Promise<WireGains> => {
      await mustHaveTraded(live, user);
      const { records } = await books.progress();
      return remembered.get(user, String(records), async () =>
        wireGains(await realizedBySymbol(live, user), lots ? await gainsByYear(live, user, MOST_CLOSINGS) : undefined),
      );
    },
  );

  server.get<{ Params: { user: string; symbol: string } }>(
    '/api/users/:user/symbols/:symbol/lots',
    {
      schema: {
        ...{ summary: 'the open lots of a position, the oldest first', tags: ['users'] },
        ...{ params: requests.symbol, querystring: requests.none, response: { 200: gainAnswers.lots, ...failures } },
      },
      config,
    },
    async ({ params: { user, symbol } }): Promise<WireLots> => {
      await mustHaveTraded(live, user);
      if (!lots) return { lots: null, complete: true };
      return wireLots(await openLots(live, { user, symbol, most: MOST_LOTS, now: clock.now() }));
    },
  );
}
