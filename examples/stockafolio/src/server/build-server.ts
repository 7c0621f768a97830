import { fileURLToPath } from 'node:url';
import { constants } from 'node:zlib';
import compress from '@fastify/compress';
import etag from '@fastify/etag';
import { fastify, type FastifyInstance, type FastifyReply } from 'fastify';
import { answerBadAddress, answerFailures } from './answer-failures.js';
import { Books } from './books.js';
import { CloseBook } from './close/close-book.js';
import { Feed } from './feed/feed.js';
import { DeadLetterList } from './health/dead-letter-list.js';
import { PipelineHealth } from './health/pipeline-health.js';
import { checkHosts } from './host-check.js';
import { guardRoutes } from './login/guard.js';
import { originOf } from './login/public-url.js';
import type { SessionTimes } from './login/session.js';
import { Viewers } from './login/viewers.js';
import { watchLogins } from './login/watch-logins.js';
import { noLogin } from './login/login.js';
import { portfolio } from '../pipeline.js';
import { Quota } from './quota.js';
import { boundConnections, refuseConnection } from './refused-connections.js';
import { RequestLog } from './request-log.js';
import { addApiPage } from './routes/api-page.js';
import type { RouteContext } from './routes/context.js';
import { addCloseRoutes } from './routes/close.js';
import { addCsvRoutes } from './routes/csv.js';
import { addFirmRoutes } from './routes/firm.js';
import { addGainRoutes } from './routes/gains.js';
import { addGeneralRoutes } from './routes/general.js';
import { addOperationRoutes } from './routes/operations.js';
import { addPages, documentIn } from './routes/pages.js';
import { formats } from './routes/schemas.js';
import { addPipelineRoutes } from './routes/pipeline.js';
import { addStreamRoutes } from './routes/streams.js';
import { addSignIn } from './routes/sign-in.js';
import { addSymbolRoutes } from './routes/symbols.js';
import { addAccountRoutes } from './routes/accounts.js';
import { addPerformanceRoutes } from './routes/performance.js';
import { addUserRoutes } from './routes/users.js';
import { limitRequests, secure } from './security.js';
import { ServerMetrics } from './server-metrics.js';
import type { ServerOptions } from './server-options.js';
import { fastifyTrust } from './trust-proxy.js';
import { withDots } from './user-path.js';
import { UsersIndex } from './users-index.js';

/** As Vite writes them, found from both the sources and the compiled files. */
const PAGES = fileURLToPath(new URL('../../dist/web/', import.meta.url));

const ROUTES = [
  ...[addGeneralRoutes, addFirmRoutes, addUserRoutes, addAccountRoutes, addSymbolRoutes, addCsvRoutes, addGainRoutes],
  ...[addPerformanceRoutes, addStreamRoutes, addPipelineRoutes, addCloseRoutes, addOperationRoutes],
];

/** Asked of the provider every five minutes; ended after half an hour without use, and after twelve hours. */
const SESSION_TIMES: SessionTimes = { check: 300_000, idle: 1_800_000, longest: 43_200_000 };

/** Longer than any escaped user id. */
const LONGEST_PARAMETER = 64 * 12;

/**
 * Both dashboards and their API, over tables. Call `listen` on it; `close` ends its streams too.
 *
 * @throws ERR_USAGE if the pages were not built, or `publicUrl` or a name in `allowedHosts` is invalid
 */
export async function buildServer(options: ServerOptions): Promise<FastifyInstance> {
  const { live, clock, pollMs = 100, login = noLogin, mostStreams = 2_000 } = options;
  const publicUrl = options.publicUrl === undefined ? undefined : originOf(options.publicUrl);
  const log = new RequestLog(clock, options.log);
  const pages = options.pages ?? PAGES;
  const html = await documentIn(pages);
  const server = fastify({
    logger: false,
    bodyLimit: 1_024,
    trustProxy: fastifyTrust(options.trustProxy),
    forceCloseConnections: true,
    requestTimeout: 30_000,
    rewriteUrl: ({ url = '/' }) => withDots(url),
    routerOptions: { maxParamLength: LONGEST_PARAMETER },
    ajv: { customOptions: { removeAdditional: false, formats } },
    frameworkErrors: (error, request, reply) => answerBadAddress(error, request, reply as FastifyReply, { log, html }),
    clientErrorHandler: (error, socket) => refuseConnection(error, socket, log),
  });
  boundConnections(server.server, mostStreams);
  answerFailures(server, log);
  const metrics = options.metrics ?? new ServerMetrics();
  metrics.watch(server);

  await secure(server);
  checkHosts(server, [
    ...(options.allowedHosts ?? []),
    ...(publicUrl === undefined ? [] : [new URL(publicUrl).hostname]),
  ]);
  await limitRequests(server, options.requestsPerMinute ?? 1_200);
  await server.register(etag, { weak: true });
  await server.register(compress, {
    threshold: 1_024,
    encodings: ['br', 'gzip'],
    // Half the work of the usual levels, for a few per cent more bytes: figures are compressed at every request.
    zlibOptions: { level: 4 },
    brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } },
  });
  const viewers = new Viewers(login, publicUrl, {
    ...{ times: { ...SESSION_TIMES, ...options.sessions }, elapsed: () => clock.elapsed(), log: options.log },
  });
  watchLogins(server, viewers, clock, options.log);
  guardRoutes(server, viewers);
  server.addHook('onSend', async (request, reply) => {
    if (!request.url.startsWith('/api/') || reply.hasHeader('cache-control')) return;
    void reply.header('cache-control', 'private, no-cache').header('vary', 'authorization, cookie');
  });

  const context = contextOf(options, log);
  addSignIn(server, viewers, { publicUrl, clock, log });
  server.addHook('preClose', async () => context.feed.close());
  await addApiPage(server);
  await server.register(async (scope) => {
    for (const add of ROUTES) add(scope, context);
  });
  await addPages(server, pages, html);
  return server;

  function contextOf({ close, source }: ServerOptions, requests: RequestLog): RouteContext {
    const books = new Books({
      ...{ live, pipeline: options.pipeline, clock, pollMs },
      ...(close === undefined ? {} : { close }),
      ...(source === undefined ? {} : { source }),
    });
    const { queueBytes = 1 << 20, lastWordsMs = 2_000, streamsEach = 100, downloadsEach = 4 } = options;
    const feed = new Feed({
      ...{ books, clock, pollMs, mostClients: mostStreams, queueBytes, lastWordsMs, log: options.log },
      slow: (topic) => {
        metrics.dropped();
        requests.line(200, `a stream of ${topic}`, 'read too slowly, and was dropped');
      },
      failed: (topic, why) => {
        metrics.failed();
        requests.line(503, `a stream of ${topic}`, why);
      },
    });
    metrics.show(feed, books, clock);
    const { pipeline, planned = portfolio, runners = [] } = options;
    return {
      lots: options.lots ?? false,
      closes: new CloseBook({ live, ...(close === undefined ? {} : { close }), pipeline, books, clock }),
      ...{ books, live, feed, users: new UsersIndex(live, clock), viewers, clock },
      health: new PipelineHealth({ live, clock, pipeline, planned, runners }),
      deadLetters: new DeadLetterList(live, pipeline, clock),
      ...{ metrics, streams: new Quota(streamsEach), downloads: new Quota(downloadsEach) },
    };
  }
}
