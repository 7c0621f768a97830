import { STATUS_CODES, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { bodyOf, Failure } from './failure.js';
import type { RequestLog } from './request-log.js';

/**
 * How long a refused client may take to read the reason, in milliseconds: then its connection is closed in any case.
 */
const LAST_WORDS = 2_000;
/** How long the headers of a request may take, in milliseconds. */
const HEADERS = 15_000;
/** Connections beyond those of the streams; further ones are closed at once. */
const SPARE_CONNECTIONS = 4_000;

const refused = new WeakSet<Socket>();

/**
 * Answers input that is not a valid HTTP request, or has too many headers or is too slow, and closes the connection in
 * any case: a client that keeps its end open does not keep the descriptor.
 */
export function refuseConnection(error: NodeJS.ErrnoException, socket: Socket, log: RequestLog): void {
  // Input after the first fault is not a request either.
  if (refused.has(socket)) return;
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  refused.add(socket);
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
  log.line(status, 'a connection', STATUS_CODES[status] ?? '');
  const body = JSON.stringify(bodyOf(new Failure(status, 'BAD_REQUEST', 'this is no request that is understood')));
  const headers = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json',
    'x-content-type-options: nosniff',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${headers.join('\r\n')}\r\n\r\n${body}`);
  const timer = setTimeout(() => socket.destroy(), LAST_WORDS);
  timer.unref();
  socket.once('close', () => clearTimeout(timer));
}

/** Bounds the resources of connections without a request. */
export function boundConnections(server: Server, mostStreams: number): void {
  server.headersTimeout = HEADERS;
  server.maxConnections = mostStreams + SPARE_CONNECTIONS;
}
