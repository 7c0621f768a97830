import { STATUS_CODES } from 'node:http';
import { messageOf } from '@stockafolio/core';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { bodyOf, failureOf, type Failure } from './failure.js';
import { parameterFailure } from './parameter-failure.js';
import type { RequestLog } from './request-log.js';
import { wantsPage } from './routes/pages.js';
import { policyText } from './security.js';

/** After these the connection is of no further use, so it is closed. */
const LAST = new Set([403, 408, 413, 414, 429, 431, 503]);

/** Answers every failure in one form, and logs it with its cause, which is not sent to the client. */
export function answerFailures(server: FastifyInstance, log: RequestLog): void {
  const inside = new WeakMap<object, string>();
  server.setErrorHandler((error: FastifyError, request, reply) => {
    const known = parameterFailure(error, request) ?? failureOf(error);
    const why = known.inside ?? (known.statusCode >= 500 ? messageOf(error) : undefined);
    if (why !== undefined) inside.set(reply.raw, why);
    return send(reply, known);
  });
  server.addHook('onResponse', async (request, reply) => {
    const { statusCode } = reply;
    if (statusCode < 400) return;
    const why = inside.get(reply.raw) ?? STATUS_CODES[statusCode] ?? '';
    // The addresses of the sign-in contain codes.
    const [path = '', query] = request.originalUrl.split('?');
    const address = query === undefined || path.startsWith('/auth/') ? path : `${path}?${query}`;
    log.line(statusCode, `${request.method} ${address}`, why);
  });
}

/** Answers what Fastify refuses before routing: a bad escape, or a too long address. `html` is for people. */
export function answerBadAddress(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
  { log, html }: { readonly log: RequestLog; readonly html: string },
): void {
  const known = failureOf(error);
  log.line(known.statusCode, `${request.method} ${request.url}`, known.message);
  // No hook has run, so the headers of every answer are missing here.
  void reply.header('x-content-type-options', 'nosniff').header('content-security-policy', policyText);
  if (wantsPage(request)) void reply.code(known.statusCode).type('text/html; charset=utf-8').send(html);
  else void send(reply, known);
}

function send(reply: FastifyReply, known: Failure): FastifyReply {
  if (known.statusCode === 503 && !reply.hasHeader('retry-after')) void reply.header('retry-after', '2');
  if (LAST.has(known.statusCode)) void reply.header('connection', 'close');
  return reply.code(known.statusCode).type('application/json').send(bodyOf(known));
}
