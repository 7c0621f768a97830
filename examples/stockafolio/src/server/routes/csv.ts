import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { failure } from '../failure.js';
import { accountEvents } from '../../account-tables.js';
import { readRows } from '../../figures/read-rows.js';
import { realizedBySymbol } from '../../figures/realized-figures.js';
import { csvPieces } from '../wire/csv.js';
import { wireGains } from '../wire/gains.js';
import { GAIN, gainLines, STATEMENT, statementLines } from '../wire/statement.js';
import type { RouteContext } from './context.js';
import { takeDownload, tradesOf } from './downloads.js';
import { requests } from './schemas.js';
import { mustHaveTraded, portfolioOf } from './users.js';

const HOLDING = [
  ...([
    'symbol',
    'name',
    'sector',
    'currency',
    'quantity',
    'averageCost',
    'cost',
    'realized',
    'price',
    'marketValue',
  ] as const),
  ...(['unrealized', 'dayChange'] as const),
];
const TRADE = ['time', 'id', 'symbol', 'sector', 'side', 'quantity', 'price', 'value', 'currency'] as const;
const REALIZED = ['symbol', 'name', 'currency', 'quantity', 'realized'] as const;

/** A reader that takes nothing for this long is disconnected, in milliseconds. */
const STALLED = 60_000;

/** Holdings and trades as files for a spreadsheet: complete, however long, and never completely in memory. */
export function addCsvRoutes(server: FastifyInstance, context: RouteContext): void {
  const { live, lots } = context;
  const route = (what: string, piecesOf: (user: string) => Promise<AsyncIterable<string>>): void => {
    server.get<{ Params: { user: string } }>(
      `/api/users/:user/${what}.csv`,
      {
        schema: { summary: `the ${what} as CSV`, tags: ['users'], params: requests.user, querystring: requests.none },
        config: { audience: 'user' },
      },
      async (request, reply) => {
        const done = takeDownload(context, request, reply);
        try {
          const pieces = await piecesOf(request.params.user);
          if (request.method !== 'HEAD') return send(reply, `${what}.csv`, whileSeen(context, request, pieces), done);
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
  route('gains', async (user) => {
    await mustHaveTraded(live, user);
    if (lots) return csvPieces(GAIN, gainLines(live, user));
    return csvPieces(REALIZED, wireGains(await realizedBySymbol(live, user), undefined).symbols);
  });
  route('statement', async (user) => {
    const known = (await readRows(live, accountEvents, [user], 1)).length > 0;
    // Who has an account may not have traded yet.
    if (!known) await mustHaveTraded(live, user);
    return csvPieces(STATEMENT, statementLines(live, user, lots));
  });
}

function headers(reply: FastifyReply, name: string): FastifyReply {
  return reply.type('text/csv; charset=utf-8').header('content-disposition', `attachment; filename="${name}"`);
}

function send(reply: FastifyReply, name: string, pieces: AsyncIterable<string>, done: () => void): Readable {
  headers(reply, name);
  // It ends with the answer, or with the connection if the reader has left.
  const { raw } = reply;
  raw.once('close', done);
  if (raw.destroyed) done();
  raw.setTimeout(STALLED, () => raw.destroy());
  return Readable.from(bytesOf(pieces), { objectMode: false, highWaterMark: 64 * 1024 });
}

/** Breaks off where the viewer may see no more. */
async function* whileSeen(
  { clock }: RouteContext,
  { viewer }: FastifyRequest,
  pieces: AsyncIterable<string>,
): AsyncGenerator<string> {
  for await (const piece of pieces) {
    if ((viewer?.expires ?? Infinity) <= clock.now()) throw failure(401, 'SIGN_IN', 'sign in again');
    yield piece;
  }
}

async function* bytesOf(pieces: AsyncIterable<string>): AsyncGenerator<Buffer> {
  for await (const piece of pieces) yield Buffer.from(piece);
}
