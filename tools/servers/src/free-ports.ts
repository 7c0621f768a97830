import { createServer, type Server } from 'node:net';
import { once } from 'node:events';

/** This many free ports of 127.0.0.1. All are held until the last is known, so no two are equal. */
export async function freePorts<const N extends readonly string[]>(...names: N): Promise<Record<N[number], number>> {
  const held: Server[] = [];
  const ports: Record<string, number> = {};
  for (const name of names) {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    held.push(server);
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    ports[name] = address.port;
  }
  for (const server of held) {
    server.close();
    await once(server, 'close');
  }
  return ports;
}
