import { isIP } from 'node:net';
import { StockafolioError } from '@stockafolio/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { failure } from './failure.js';

/** The names by which a machine calls itself; no other machine can be reached by them. */
const LOOPBACK = ['localhost', '127.0.0.1', '::1'];

/** A name or an address, with a port or without: `example.org`, `127.0.0.1:8020`, `[::1]:8020`. */
const HOST = /^(?:\[([0-9a-f:.]{2,45})\]|([a-z0-9_.-]{1,253}))(?::\d{1,5})?$/i;

/**
 * Refuses requests whose Host header is not a name of this server. Without this check, a foreign page open in the same
 * browser could point its own name here, and read what the browser then treats as its own (DNS rebinding).
 *
 * A request always passes if it names the address of this machine that it has reached: an address cannot be made to
 * point elsewhere.
 *
 * @param names beside those of the machine itself, without a port
 * @throws ERR_USAGE if one of them is not a host name
 */
export function checkHosts(server: FastifyInstance, names: readonly string[]): void {
  const allowed = new Set([...LOOPBACK, ...names.map(nameOf)]);
  server.addHook('onRequest', async (request: FastifyRequest) => {
    const { rawHeaders, headers, socket } = request.raw;
    const once = rawHeaders.filter((name, n) => n % 2 === 0 && name.toLowerCase() === 'host').length <= 1;
    const host = once ? hostOf(headers.host) : undefined;
    if (host !== undefined && (allowed.has(host) || host === plain(socket.localAddress))) return;
    throw failure(
      403,
      'HOST_REFUSED',
      'this server does not go by the name in your Host header; whoever runs it may allow it with --allow-host NAME',
      `its Host header is ${headers.host}`,
    );
  });
}

/** @throws ERR_USAGE */
export function nameOf(text: string): string {
  const host = isIP(text) === 6 ? plain(text) : /:\d+$/.test(text) ? undefined : hostOf(text);
  if (host !== undefined) return host;
  throw new StockafolioError('ERR_USAGE', `--allow-host: '${text}' is not a host name`, {
    hint: 'write only the name, as in portfolios.example.org, without a scheme, a port or a path',
  });
}

/** The host in a Host header, in one canonical form; undefined if the header is invalid. */
function hostOf(header: string | undefined): string | undefined {
  const [, six, other] = HOST.exec(header ?? '') ?? [];
  if (six !== undefined) return isIP(six) === 6 ? plain(six) : undefined;
  return other === undefined ? undefined : other.toLowerCase().replace(/\.$/, '');
}

/** An address in its usual form; an IPv4 address in IPv6 form becomes IPv4. */
function plain(address: string | undefined): string | undefined {
  const four = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address ?? '')?.[1];
  if (four !== undefined) return four;
  // The parser of URLs writes every IPv6 address in its shortest form.
  return address !== undefined && isIP(address) === 6 ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;
}
