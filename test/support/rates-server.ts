import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server that answers each question for a rate with another number. */
export class RatesServer {
  readonly #server: Server;
  asked = 0;
  /** The items of which it knows no rate. */
  unknown: ReadonlySet<string> = new Set();

  constructor() {
    this.#server = createServer((request, response) => {
      const rate = ++this.asked;
      const [, item = ''] = request.url?.split('/') ?? [];
      // Some answers come late, and now and then it fails.
      const status = this.unknown.has(item) ? 404 : rate % 50 === 0 ? 503 : 200;
      setTimeout(() => response.writeHead(status).end(String(rate)), rate % 7);
    });
  }

  /** @returns its address */
  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
