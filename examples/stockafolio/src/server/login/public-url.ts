import { StockafolioError } from '@stockafolio/core';
import type { FastifyRequest } from 'fastify';
import { failure } from '../failure.js';
import { isLoopback } from '../loopback.js';

/**
 * The origin of an address by which browsers reach the pages.
 *
 * @throws ERR_USAGE if it is not `https://NAME`, or `http://` of this machine
 */
export function originOf(publicUrl: string): string {
  const url = URL.canParse(publicUrl) ? new URL(publicUrl) : undefined;
  const safe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
  if (url !== undefined && safe && url.href === `${url.origin}/`) return url.origin;
  throw new StockafolioError('ERR_USAGE', `--public-url: '${publicUrl}' is not an address of the pages`, {
    hint: 'write https:// and the name that people use, as in https://portfolios.example.org, without a path; http:// is for this machine only',
  });
}

/**
 * The origin of the pages for the browser that sends a request.
 *
 * @throws Failure 503 if it is not known
 */
export function ownOrigin(publicUrl: string | undefined, { headers }: Pick<FastifyRequest, 'headers'>): string {
  if (publicUrl !== undefined) return publicUrl;
  const url = new URL(`http://${headers.host ?? ''}`);
  if (isLoopback(url.hostname)) return url.origin;
  throw failure(
    503,
    'NO_PUBLIC_URL',
    'nobody can sign in under this name yet; whoever runs the server must give --public-url https://NAME',
  );
}
