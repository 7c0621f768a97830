import { isIP } from 'node:net';

/** Whether a host, as in an option or a URL, is this machine and cannot be reached from another. */
export function isLoopback(host: string): boolean {
  const address = host.replace(/^\[(.*)\]$/, '$1');
  return host === 'localhost' || address === '::1' || (isIP(address) === 4 && address.startsWith('127.'));
}
