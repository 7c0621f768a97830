import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as a proxy sees it. */
export interface ProxiedRequest {
  readonly method: string;
  readonly url: string;
  /** 1 for the server itself, 2 for a server that it has redirected to. */
  readonly hop: 1 | 2;
}

/**
 * A fault of a request. Its body, or the body of its answer, is cut halfway; or the answer is shorter than it should
 * be, with a matching length; or the answer is lost after the server has done the work; or nothing is answered; or
 * another status is answered, with a body.
 */
export type Fault =
  'cut-request' | 'cut-answer' | 'short-answer' | 'lost-answer' | 'silence' | { readonly status: number };

/** An HTTP proxy in front of one server, on a free port of this machine, that makes requests fail on demand. */
export interface FaultProxy {
  /** `host:port`. */
  readonly host: string;
  /** All requests since the last {@link reset}. */
  readonly requests: readonly ProxiedRequest[];
  /** The next requests of this kind fail with this fault, this many times. */
  fail(kind: (request: ProxiedRequest) => boolean, fault: Fault, times: number): void;
  /** No request fails any more. */
  reset(): void;
  close(): Promise<void>;
}

interface Rule {
  readonly kind: (request: ProxiedRequest) => boolean;
  readonly fault: Fault;
  left: number;
}

/** Redirects lead back to the proxy, which finds the other server's address here. */
const VIA = /^\/--via\/([^/]+)(\/.*)$/;

/** @param target `host:port` of the server */
export async function faultProxy(target: string): Promise<FaultProxy> {
  const requests: ProxiedRequest[] = [];
  let rules: Rule[] = [];
  let host = '';

  const pass = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const [, via, rest] = VIA.exec(incoming.url ?? '') ?? [];
    const asked: ProxiedRequest = {
      method: incoming.method ?? '',
      url: rest ?? incoming.url ?? '',
      hop: via === undefined ? 1 : 2,
    };
    requests.push(asked);
    const rule = rules.find(({ kind, left }) => left > 0 && kind(asked));
    if (rule !== undefined) rule.left--;
    const fault = rule?.fault;
    if (fault === 'silence') return;
    const body = await bytesOf(incoming);
    if (typeof fault === 'object') return void outgoing.writeHead(fault.status).end('this is no content of a file');
    const half = fault === 'cut-request' ? body.subarray(0, body.length >> 1) : undefined;
    const answer = await forward(via ?? target, asked, incoming, body, half);
    if (answer === undefined || fault === 'lost-answer') return void incoming.socket.destroy();
    const headers = { ...answer.headers };
    const { location } = headers;
    if (location !== undefined) {
      const to = new URL(location);
      headers.location = `http://${host}/--via/${to.host}${to.pathname}${to.search}`;
    }
    delete headers['transfer-encoding'];
    if (fault === 'short-answer') headers['content-length'] = String(answer.body.length >> 1);
    else if (asked.method !== 'HEAD') headers['content-length'] = String(answer.body.length);
    outgoing.writeHead(answer.status, headers);
    if (fault === 'short-answer') outgoing.end(answer.body.subarray(0, answer.body.length >> 1));
    else if (fault === 'cut-answer') {
      outgoing.write(answer.body.subarray(0, answer.body.length >> 1), () => incoming.socket.destroy());
    } else outgoing.end(answer.body);
  };

  const server = createServer((incoming, outgoing) => {
    outgoing.on('error', () => undefined);
    pass(incoming, outgoing).catch(() => incoming.socket.destroy());
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    host,
    requests,
    fail: (kind, fault, times) => void rules.push({ kind, fault, left: times }),
    reset: () => {
      rules = [];
      requests.length = 0;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Forwarded {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** The server's answer; undefined if the request was cut, after this much of its body. */
function forward(
  to: string,
  { method, url }: ProxiedRequest,
  { headers }: IncomingMessage,
  body: Buffer,
  half: Buffer | undefined,
): Promise<Forwarded | undefined> {
  return new Promise((resolve, reject) => {
    const passed: Record<string, string | string[] | undefined> = { ...headers };
    delete passed['transfer-encoding'];
    if (method !== 'GET' && method !== 'HEAD') passed['content-length'] = String(body.length);
    const onward = httpRequest(`http://${to}${url}`, { method, headers: passed, agent: false }, (answer) => {
      bytesOf(answer).then(
        (bytes) => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: bytes }),
        reject,
      );
    });
    onward.on('error', (error) => (half === undefined ? reject(error) : resolve(undefined)));
    if (half === undefined) onward.end(body);
    else onward.write(half, () => onward.destroy(new Error('cut')));
  });
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of message as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts);
}
