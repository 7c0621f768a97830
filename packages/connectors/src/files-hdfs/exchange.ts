import { request as httpRequest, type ClientRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';

export interface ExchangeOptions {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly url: URL;
  readonly body?: Uint8Array | AsyncIterable<Uint8Array>;
  /** Milliseconds without a byte in either direction after which the other side counts as dead. */
  readonly timeout: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** An exchange that failed below HTTP: no connection, a broken connection, or silence. */
export class BrokenExchange extends Error {}

/**
 * One HTTP request and its whole answer; the caller follows redirects.
 *
 * By `node:http`, not `fetch`: a datanode answers every upload first with an unrequested `100 Continue`, at which
 * `fetch` fails.
 *
 * @throws BrokenExchange; an error of the body itself is passed on unchanged
 */
export function exchange({ method, url, body, timeout }: ExchangeOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const isWhole = body === undefined || body instanceof Uint8Array;
    const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
      method,
      timeout,
      headers: {
        ...(method === 'GET' || method === 'DELETE' ? {} : { 'content-type': 'application/octet-stream' }),
        ...(isWhole && method !== 'GET' ? { 'content-length': body?.length ?? 0 } : {}),
      },
    });
    const broken = (cause: Error): void => reject(new BrokenExchange(describe(cause), { cause }));
    request.on('timeout', () => request.destroy(new Error(`no byte was sent or received for ${timeout} ms`)));
    request.on('error', broken);
    request.on('response', (response) => {
      // A refusal may arrive while the body is still being sent. A failure after it no longer matters.
      request.off('error', broken).on('error', () => undefined);
      collect(response).then((bytes) => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: bytes });
        if (!request.writableEnded) request.destroy();
      }, broken);
    });
    if (isWhole) request.end(body);
    else
      send(request, body).catch((error: unknown) => {
        request.off('error', broken).on('error', () => undefined);
        request.destroy();
        reject(error);
      });
  });
}

/** Rejects only with an error of the body itself. */
async function send(request: ClientRequest, body: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const part of body) {
    if (request.destroyed) return;
    if (request.write(part)) continue;
    await new Promise<void>((resolve) => {
      const go = (): void => {
        request.off('drain', go).off('close', go);
        resolve();
      };
      request.on('drain', go).on('close', go);
    });
  }
  request.end();
}

async function collect(response: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    parts.push(part);
    length += part.length;
  }
  // Its own memory, not a slice of Node's pool: the bytes may live long, and be transferred to other threads.
  const whole = Buffer.allocUnsafeSlow(length);
  let at = 0;
  for (const part of parts) at += part.copy(whole, at);
  return whole;
}

/** Node tries every address of a name, and reports all failures in one error without a message. */
function describe(cause: Error): string {
  return cause instanceof AggregateError ? cause.errors.map((each: Error) => each.message).join('; ') : cause.message;
}
