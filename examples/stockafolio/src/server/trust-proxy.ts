import { isIP } from 'node:net';
import { StockafolioError } from '@stockafolio/core';
import type { FastifyServerOptions } from 'fastify';

/** Whose X-Forwarded-For to trust: this many proxies in a row, or proxies with these addresses. */
export type TrustedProxies = number | readonly string[];

const NAMED = ['loopback', 'linklocal', 'uniquelocal'];

/**
 * Parses `--trust-proxy`: a number of proxies (`1`), or addresses and networks, separated by commas
 * (`10.0.0.7,192.168.0.0/16,loopback`).
 *
 * @throws ERR_USAGE naming the forms
 */
export function parseTrustedProxies(text: string): TrustedProxies {
  if (/^\d{1,2}$/.test(text) && Number(text) > 0) return Number(text);
  const parts = text.split(',').map((part) => part.trim());
  if (parts.every(isNetwork)) return parts;
  throw new StockafolioError(
    'ERR_USAGE',
    `--trust-proxy: '${text}' is neither a number of proxies nor their addresses`,
    {
      hint: 'write how many proxies requests come through, as in 1, or their addresses, as in 10.0.0.7,192.168.0.0/16 or loopback',
    },
  );
}

/** Converts it for Fastify, which would trust nobody for a plain number. */
export function fastifyTrust(trusted: TrustedProxies | undefined): NonNullable<FastifyServerOptions['trustProxy']> {
  if (trusted === undefined) return false;
  if (typeof trusted === 'number') return (_address: string, hop: number) => hop < trusted;
  return [...trusted];
}

function isNetwork(part: string): boolean {
  if (NAMED.includes(part)) return true;
  const [address = '', bits, ...rest] = part.split('/');
  const family = isIP(address);
  if (family === 0 || address.includes('%') || rest.length > 0) return false;
  return bits === undefined || (/^[1-9]\d{0,2}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}
