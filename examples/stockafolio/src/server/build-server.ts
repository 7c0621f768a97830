import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import compress from '@fastify/compress';
import etag from '@fastify/etag';
import { messageOf } from '@stockafolio/core';
import type { Clock, Tables } from '@stockafolio/core/ports';
import { fastify, type FastifyInstance, type FastifyReply } from 'fastify';
import { constants } from 'node:zlib';
import { Books } from './books.js';
import { bodyOf, Failure, failureOf } from './failure.js';
import { Feed } from './feed/feed.js';
import { guardRoutes } from './login/guard.js';
import { noLogin, type Login } from './login/login.js';
import { RequestLog } from './request-log.js';
import { addApiPage } from './routes/api-page.js';
import type { RouteContext } from './routes/context.js';
import { addCsvRoutes } from './routes/csv.js';
import { addFirmRoutes } from './routes/firm.js';
import { addGeneralRoutes } from './routes/general.js';
import { addPages } from './routes/pages.js';
import { addStreamRoutes } from './routes/streams.js';
import { addUserRoutes } from './routes/users.js';
import { secure } from './security.js';
import { UsersIndex } from './users-index.js';

export interface ServerOptions {
  readonly live: Tables;
  /** The tables of the daily batch, shown beside the live ones. */
  readonly close?: Tables;
  /** Whose progress tells how far the tables are. */
  readonly pipeline: string;
  readonly clock: Clock;
  /** Nobody has to sign in unless told. */
  readonly login?: Login;
  /** How often the tables are asked how far they are, in milliseconds; 100 unless told. */
  readonly pollMs?: number;
  /** Requests a minute and address; 1,200 unless told, 0 for no limit. */
  readonly requestsPerMinute?: number;
  /** Event streams at once; 2,000 unless told. */
  readonly mostStreams?: number;
  /** What may wait for a reader of a stream, in bytes; 1 MiB unless told. */
  readonly queueBytes?: number;
  /** How long a reader that was dropped may take to read why, in milliseconds; 2,000 unless told. */
  readonly lastWordsMs?: number;
  /** Whether the client's address is taken from X-Forwarded-For: only behind a proxy that sets it. */
  readonly trustProxy?: boolean;
  /** Where the built pages are. */
  readonly pages?: string;
  /** Takes one line for every request that was refused or failed. */
  readonly log: (line: string) => void;
}

/** As Vite writes them, seen from the sources and from what they are compiled to. */
const PAGES = fileURLToPath(new URL('../../dist/web/', import.meta.url));

/** Longer than any user id is when it is escaped. */
const LONGEST_PARAMETER = 64 * 12;

/**
 * Both dashboards and their API, over tables. Call `listen` on it; `close` ends its streams too.
 *
 * @throws ERR_USAGE where the pages were not built
 */
export async function buildServer(options: ServerOptions): Promise<FastifyInstance> {
  const { live, close, clock, pollMs = 100, login = noLogin } = options;
  const log = new RequestLog(clock, options.log);
  const server = fastify({
    logger: false,
    bodyLimit: 1_024,
    trustProxy: options.trustProxy ?? false,
    forceCloseConnections: true,
    requestTimeout: 30_000,
    routerOptions: { maxParamLength: LONGEST_PARAMETER },
    ajv: { customOptions: { removeAdditional: false } },
    frameworkErrors: (error, request, reply) => {
      const known = failureOf(error);
      log.line(known.statusCode, `${request.method} ${request.url}`, known.message);
      void (reply as FastifyReply).code(known.statusCode).type('application/json').send(bodyOf(known));
    },
    clientErrorHandler: (error, socket) => refuse(error, socket, log),
  });

  server.setErrorHandler((error, _request, reply) => {
    const known = failureOf(error);
    if (known.statusCode >= 500) inside.set(reply.raw, messageOf(error));
    if (known.statusCode === 503 && !reply.hasHeader('retry-after')) void reply.header('retry-after', '2');
    return reply.code(known.statusCode).type('application/json').send(bodyOf(known));
  });
  const inside = new WeakMap<object, string>();
  server.addHook('onResponse', async (request, reply) => {
    const { statusCode } = reply;
    if (statusCode < 400) return;
    log.line(statusCode, `${request.method} ${request.url}`, inside.get(reply.raw) ?? STATUS_CODES[statusCode] ?? '');
  });

  await secure(server, options.requestsPerMinute ?? 1_200);
  await server.register(etag, { weak: true });
  await server.register(compress, {
    threshold: 1_024,
    encodings: ['br', 'gzip'],
    // Half the work of the usual levels, for a few per cent more bytes: figures are compressed at every request.
    zlibOptions: { level: 4 },
    brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } },
  });
  guardRoutes(server, login);
  server.addHook('onSend', async (request, reply) => {
    if (!request.url.startsWith('/api/') || reply.hasHeader('cache-control')) return;
    void reply.header('cache-control', 'private, no-cache').header('vary', 'authorization');
  });

  const books = new Books({
    live,
    ...(close === undefined ? {} : { close }),
    pipeline: options.pipeline,
    clock,
    pollMs,
  });
  const { mostStreams: mostClients = 2_000, queueBytes = 1 << 20, lastWordsMs = 2_000 } = options;
  const feed = new Feed({
    ...{ books, clock, pollMs, mostClients, queueBytes, lastWordsMs, log: options.log },
    slow: (topic) => log.line(200, `a stream of ${topic}`, 'read too slowly, and was dropped'),
  });
  server.addHook('preClose', async () => feed.close());
  const context: RouteContext = { books, live, feed, users: new UsersIndex(live, clock), login, clock };

  await addApiPage(server);
  await server.register(async (scope) => {
    for (const add of [addGeneralRoutes, addFirmRoutes, addUserRoutes, addCsvRoutes, addStreamRoutes]) {
      add(scope, context);
    }
  });
  await addPages(server, options.pages ?? PAGES);
  return server;
}

/** Answers what is no HTTP request, or one with too many headers, and closes. */
function refuse(error: NodeJS.ErrnoException, socket: Socket, log: RequestLog): void {
  // What comes after the first fault is no request either.
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return;
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
  log.line(status, 'a connection', STATUS_CODES[status] ?? '');
  const body = JSON.stringify(bodyOf(new Failure(status, 'BAD_REQUEST', 'this is no request that is understood')));
  const headers = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${headers.join('\r\n')}\r\n\r\n${body}`);
}
