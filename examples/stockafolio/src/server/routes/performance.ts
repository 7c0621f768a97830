import type { FastifyInstance } from 'fastify';
import type { Range } from '../../figures/performance.js';
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
      return books.performance(user, range);
    },
  );
}
