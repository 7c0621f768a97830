import { setImmediate } from 'node:timers/promises';
import { rowObject, type RowOf } from '@stockafolio/core';
import type { Tables } from '@stockafolio/core/ports';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { tradesByUser } from '../../tables.js';
import { failure } from '../failure.js';
import { whoAsks } from '../login/who.js';
import { wireTrade } from '../wire/portfolio.js';
import type { WireTrade } from '../wire/types.js';
import type { RouteContext } from './context.js';

/** After this many rows other requests have a turn. */
const TURN = 250;

/**
 * Takes one of a viewer's concurrent downloads; the returned function gives it back.
 *
 * @throws Failure 429 if there is none left
 */
export function takeDownload({ downloads }: RouteContext, request: FastifyRequest, reply: FastifyReply): () => void {
  const done = downloads.take(whoAsks(request));
  if (done !== undefined) return done;
  void reply.header('retry-after', '5');
  throw failure(429, 'TOO_MANY_DOWNLOADS', 'as many downloads of yours are under way as can be; wait for one to end');
}

/** A user's trades, newest first, read on demand; all that are kept if no limit is given. */
export async function* tradesOf(live: Tables, user: string, limit?: number): AsyncGenerator<WireTrade> {
  let read = 0;
  for await (const { values } of live.scan(tradesByUser, [user], limit === undefined ? {} : { limit })) {
    if (++read % TURN === 0) await setImmediate();
    yield wireTrade(rowObject(tradesByUser, values) as RowOf<typeof tradesByUser>);
  }
}
