import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { rowObject, type RowOf } from '@stockafolio/core';
import type { Tables } from '@stockafolio/core/ports';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { tradesByUser } from '../../tables.js';
import { failure } from '../failure.js';
import { whoAsks } from '../login/who.js';
import { csvPieces } from '../wire/csv.js';
import { wireTrade } from '../wire/portfolio.js';
import type { WireTrade } from '../wire/types.js';
import type { RouteContext } from './context.js';
import { requests } from './schemas.js';
import { mustHaveTraded, portfolioOf } from './users.js';

const HOLDING = [
  ...(['symbol', 'name', 'sector', 'quantity', 'averageCost', 'cost', 'realized', 'price', 'marketValue'] as const),
  ...(['unrealized', 'dayChange'] as const),
];
const TRADE = ['time', 'id', 'symbol', 'sector', 'side', 'quantity', 'price', 'value'] as const;

/** A reader that takes nothing for so long is cut off, in milliseconds. */
const STALLED = 60_000;

/** Holdings and trades as files for a spreadsheet: whole, however long, and never whole in memory. */
export function addCsvRoutes(server: FastifyInstance, context: RouteContext): void {
  const { live, downloads } = context;
  const route = (what: string, piecesOf: (user: string) => Promise<AsyncIterable<string>>): void => {
    server.get<{ Params: { user: string } }>(
      `/api/users/:user/${what}.csv`,
      {
        schema: { summary: `the ${what} as CSV`, tags: ['users'], params: requests.user, querystring: requests.none },
        config: { audience: 'user' },
      },
      async (request, reply) => {
        const done = takeDownload(request, reply);
        try {
          const pieces = await piecesOf(request.params.user);
          if (request.method !== 'HEAD') return send(reply, `${what}.csv`, pieces, done);
          done();
          return headers(reply, `${what}.csv`).send();
        } catch (error) {
          done();
          throw error;
        }
      },
    );
  };
  route('holdings', async (user) => csvPieces(HOLDING, (await portfolioOf(context, user)).holdings));
  route('trades', async (user) => {
    await mustHaveTraded(live, user);
    return csvPieces(TRADE, tradesOf(live, user));
  });

  function takeDownload(request: FastifyRequest, reply: FastifyReply): () => void {
    const done = downloads.take(whoAsks(request));
    if (done !== undefined) return done;
    void reply.header('retry-after', '5');
    throw failure(429, 'TOO_MANY_DOWNLOADS', 'as many downloads of yours are under way as can be; wait for one to end');
  }
}

/** All trades of a user, the newest first, read as they are taken. */
async function* tradesOf(live: Tables, user: string): AsyncGenerator<WireTrade> {
  for await (const { values } of live.scan(tradesByUser, [user])) {
    yield wireTrade(rowObject(tradesByUser, values) as RowOf<typeof tradesByUser>);
  }
}

function headers(reply: FastifyReply, name: string): FastifyReply {
  return reply.type('text/csv; charset=utf-8').header('content-disposition', `attachment; filename="${name}"`);
}

function send(reply: FastifyReply, name: string, pieces: AsyncIterable<string>, done: () => void): Readable {
  headers(reply, name);
  // It ends with the answer, and where the reader has gone, with the connection.
  const { raw } = reply;
  raw.once('close', done);
  if (raw.destroyed) done();
  raw.setTimeout(STALLED, () => raw.destroy());
  return Readable.from(withTurns(pieces), { objectMode: false, highWaterMark: 64 * 1024 });
}

/** Between two pieces requests have a turn. */
async function* withTurns(pieces: AsyncIterable<string>): AsyncGenerator<Buffer> {
  for await (const piece of pieces) {
    yield Buffer.from(piece);
    await setImmediate();
  }
}
