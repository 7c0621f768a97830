import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { failure } from '../failure.js';
import { acceptsGzip, gzipWire } from '../feed/gzip-wire.js';
import { firmSections } from '../feed/firm-sections.js';
import { symbolsSections } from '../feed/symbols-sections.js';
import type { ReadSections } from '../feed/topic.js';
import { symbolSections, userSections } from '../feed/user-sections.js';
import { whoAsks } from '../login/who.js';
import type { RouteContext } from './context.js';
import { requests } from './schemas.js';

const ABOUT = [
  'A stream of server-sent events. `snapshot` holds everything, `change` what to do to it: {"set":{PART:{KEY:ROW}},',
  '"gone":{PART:[KEY]}}, parts and rows being those of the plain answer. `tick` says that the stream lives, and that what it',
  'has told is so; `trouble` that the figures cannot be read at the moment: the server tries again, and `tick` or `change`',
  'ends it. `slow`, `closing` and `expired` are said before the server ends it. The header Last-Event-ID goes on after that',
  'event, or with a new snapshot.',
].join(' ');

/** Sends changes as they happen. */
export function addStreamRoutes(server: FastifyInstance, context: RouteContext): void {
  const { books, live, feed, streams, viewers } = context;
  server.get<{ Querystring: { day?: string } }>(
    '/api/stream/firm',
    {
      schema: { summary: "the firm's figures", description: ABOUT, tags: ['streams'], querystring: requests.day },
      config: { audience: 'firm' },
    },
    async (request, reply) => {
      const { day } = request.query;
      await stream(request, reply, `firm ${day ?? ''}`, firmSections(books, day));
    },
  );

  server.get<{ Querystring: { day?: string } }>(
    '/api/stream/symbols',
    {
      schema: { summary: 'the symbols of a day', description: ABOUT, tags: ['streams'], querystring: requests.day },
      config: { audience: 'firm' },
    },
    async (request, reply) => {
      const { day } = request.query;
      await stream(request, reply, `symbols ${day ?? ''}`, symbolsSections(books, day));
    },
  );

  server.get<{ Params: { user: string } }>(
    '/api/stream/users/:user',
    {
      schema: {
        ...{ summary: "a user's portfolio", description: ABOUT, tags: ['streams'] },
        ...{ params: requests.user, querystring: requests.none },
      },
      config: { audience: 'user' },
    },
    async (request, reply) => {
      const { user } = request.params;
      await stream(request, reply, `user ${user}`, userSections(books, live, user));
    },
  );

  server.get<{ Params: { user: string; symbol: string } }>(
    '/api/stream/users/:user/symbols/:symbol',
    {
      schema: {
        ...{ summary: "a user's position in a symbol", description: ABOUT, tags: ['streams'] },
        ...{ params: requests.symbol, querystring: requests.none },
      },
      config: { audience: 'user' },
    },
    async (request, reply) => {
      const { user, symbol } = request.params;
      const topic = `symbol ${JSON.stringify([user, symbol])}`;
      await stream(request, reply, topic, symbolSections(books, live, user, symbol));
    },
  );

  async function stream(
    request: FastifyRequest,
    reply: FastifyReply,
    topic: string,
    read: ReadSections,
  ): Promise<void> {
    const given = takeStream(request, reply);
    const released = viewers.hold(request);
    const left = (): void => (given(), released());
    // The security headers are set by now; from here on Fastify neither compresses nor tags the output.
    reply.hijack();
    const { raw } = reply;
    raw.once('close', left);
    // A client that has left meanwhile triggers no further event.
    if (raw.destroyed) return left();
    for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value);
    raw.setHeader('content-type', 'text/event-stream; charset=utf-8');
    raw.setHeader('cache-control', 'no-store, no-transform');
    raw.setHeader('x-accel-buffering', 'no');
    raw.setHeader('vary', 'accept-encoding');
    const compressed = acceptsGzip(String(request.headers['accept-encoding'] ?? ''));
    if (compressed) raw.setHeader('content-encoding', 'gzip');
    // A stream that has ended leaves no connection behind.
    raw.setHeader('connection', 'close');
    raw.flushHeaders();
    raw.socket?.setNoDelay(true);
    if (request.method === 'HEAD') raw.end();
    else {
      const seen = request.headers['last-event-id'];
      const wire = compressed ? gzipWire(raw) : raw;
      const expires = (): number => request.viewer?.expires ?? Infinity;
      await feed.watch(topic, read, wire, typeof seen === 'string' ? seen : undefined, expires);
    }
  }

  /** @throws Failure 429 or 503 if the limit is reached */
  function takeStream(request: FastifyRequest, reply: FastifyReply): () => void {
    void reply.header('retry-after', '10');
    if (feed.full) throw failure(503, 'FULL', 'as many streams are open as can be; come back later');
    const left = streams.take(whoAsks(request));
    if (left === undefined) {
      throw failure(429, 'TOO_MANY_STREAMS', 'as many streams of yours are open as can be; close one of them');
    }
    reply.removeHeader('retry-after');
    return left;
  }
}
