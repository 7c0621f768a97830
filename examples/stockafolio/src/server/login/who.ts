import { isIPv6 } from 'node:net';
import type { FastifyRequest } from 'fastify';

/** Whose quota a request counts against: the viewer's, or the address's if there is no login. */
export function whoAsks({ viewer, ip }: Pick<FastifyRequest, 'viewer' | 'ip'>): string {
  return viewer?.id === undefined ? `address ${networkOf(ip)}` : `viewer ${viewer.id}`;
}

/** An address; an IPv6 address stands for its network (/64), because one machine may use every address in it. */
function networkOf(address: string): string {
  if (!isIPv6(address) || address.includes('.')) return address;
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? [];
  const parts = head.split(':').filter((part) => part !== '');
  const after = tail?.split(':').filter((part) => part !== '') ?? [];
  const zeros = tail === undefined ? 0 : 8 - parts.length - after.length;
  const all = [...parts, ...Array<string>(Math.max(0, zeros)).fill('0'), ...after];
  return `${all
    .slice(0, 4)
    .map((part) => Number.parseInt(part, 16).toString(16))
    .join(':')}::/64`;
}
