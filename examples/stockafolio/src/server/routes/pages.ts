import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import { StockafolioError } from '@stockafolio/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { bodyOf, failure } from '../failure.js';

const YEAR = 365 * 86_400_000;

/** Both dashboards: one document, and its assets, whose names change with their content. */
export async function addPages(server: FastifyInstance, folder: string, html: string): Promise<void> {
  await server.register(fastifyStatic, {
    root: join(folder, 'assets'),
    prefix: '/assets/',
    decorateReply: false,
    index: false,
    dotfiles: 'deny',
    immutable: true,
    maxAge: YEAR,
  });
  const page = (_request: FastifyRequest, reply: FastifyReply): FastifyReply =>
    reply.type('text/html; charset=utf-8').header('cache-control', 'no-cache').send(html);
  for (const path of [
    '/',
    '/symbols',
    '/pipeline',
    '/close',
    '/sign-in',
    '/u/:user',
    '/u/:user/statement',
    '/u/:user/symbols/:symbol',
  ])
    server.get(path, { schema: { hide: true }, config: { audience: 'everybody' } }, page);
  server.setNotFoundHandler((request, reply) => {
    void reply.code(404);
    if (wantsPage(request)) return page(request, reply);
    return reply.send(bodyOf(failure(404, 'NOT_FOUND', 'there is nothing here')));
  });
}

/** Whether a person views the address, so that an error should be a page instead of JSON. */
export function wantsPage({ method, url, headers }: FastifyRequest): boolean {
  return method === 'GET' && headers.accept?.includes('text/html') === true && !url.startsWith('/api/');
}

/**
 * The document of the pages.
 *
 * @throws ERR_USAGE if they were not built
 */
export async function documentIn(folder: string): Promise<string> {
  try {
    return await readFile(join(folder, 'index.html'), 'utf8');
  } catch (cause) {
    throw new StockafolioError('ERR_USAGE', `there are no pages in ${folder}`, { cause, hint: 'npm run build' });
  }
}
