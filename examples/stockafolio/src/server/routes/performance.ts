import { isStockafolioError } from '@stockafolio/core';
import type { FastifyInstance } from 'fastify';
import type { Range } from '../../figures/performance.js';
import { failure } from '../failure.js';
import type { WirePerformance } from '../wire/types.js';
import type { RouteContext } from './context.js';
import { failures, requests } from './schemas.js';
import { performanceAnswer, performanceRequest } from './performance-schemas.js';
import { mustHaveTraded } from './users.js';

/** What an account has brought over some time, beside the market. */
export function addPerformanceRoutes(server: FastifyInstance, { books, live }: RouteContext): void {
  server.get<{ Params: { user: string }; Querystring: { range: Range } }>(
    '/api/users/:user/performance',
    {
      schema: {
        ...{
          summary: 'value, what was paid in, profit and returns over some time, beside the market',
          tags: ['users'],
        },
        description:
          'By the closes of days, and every ten minutes for 1D. Needs a pipeline with results by day: --app @stockafolio/example/with-days.',
        ...{
          params: requests.user,
          querystring: performanceRequest,
          response: { 200: performanceAnswer, ...failures },
        },
      },
      config: { audience: 'user' },
    },
    async ({ params: { user }, query: { range } }): Promise<WirePerformance> => {
      await mustHaveTraded(live, user);
      try {
        return (await books.performance(user, range)) ?? tooMany();
      } catch (error) {
        if (!isStockafolioError(error, 'ERR_TABLE_UNKNOWN')) throw error;
        throw failure(
          404,
          'RESULTS_NOT_KEPT',
          'the pipeline keeps no results by day; run stream and batch with --app @stockafolio/example/with-days',
        );
      }
    },
  );
}

/** @throws Failure 404, always */
function tooMany(): never {
  throw failure(404, 'TOO_MANY_TRADES', 'this user has more than 20,000 trades on the day; other ranges are known');
}
