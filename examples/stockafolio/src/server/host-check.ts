import { isIP } from 'node:net';
import { StockafolioError } from '@stockafolio/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { failure } from './failure.js';

/** By these names a machine calls itself, and no other machine can be reached by them. */
const LOOPBACK = ['localhost', '127.0.0.1', '::1'];

/** A name or an address, with a port or without: `example.org`, `127.0.0.1:8020`, `[::1]:8020`. */
const HOST = /^(?:\[([0-9a-f:.]{2,45})\]|([a-z0-9_.-]{1,253}))(?::\d{1,5})?$/i;

/**
 * Refuses requests whose Host header is not one that this server goes by. Without it a page of anybody's, opened beside this
 * one, could have its own name point here, and read what the browser then takes for its own (DNS rebinding).
 *
 * A request always comes through where it names the address of this machine that it has reached: an address cannot be made
 * to point elsewhere.
 *
 * @param names beside those of the machine itself, without a port
 * @throws ERR_USAGE where one of them is no name
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
  throw new StockafolioError('ERR_USAGE', `--allow-host: '${text}' is no name of a host`, {
    hint: 'write the name alone, as in portfolios.example.org, without a scheme, a port or a path',
  });
}

/** The host that a Host header names, in one form for all that mean the same; undefined where it is no such header. */
function hostOf(header: string | undefined): string | undefined {
  const [, six, other] = HOST.exec(header ?? '') ?? [];
  if (six !== undefined) return isIP(six) === 6 ? plain(six) : undefined;
  return other === undefined ? undefined : other.toLowerCase().replace(/\.$/, '');
}

/** An address as it is mostly written; an IPv4 address in the form of IPv6 as what it is. */
function plain(address: string | undefined): string | undefined {
  const four = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address ?? '')?.[1];
  if (four !== undefined) return four;
  // The parser of URLs writes every IPv6 address in its shortest form.
  return address !== undefined && isIP(address) === 6 ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;
}
