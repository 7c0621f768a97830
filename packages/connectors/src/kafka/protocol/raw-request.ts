import type { ByteWriter } from './byte-writer.js';

/**
 * A request as the connections of kafkajs send it: `encode` returns an object that looks like kafkajs's own encoder.
 */
export interface RawRequest<T> {
  readonly request: {
    readonly apiKey: number;
    readonly apiVersion: number;
    readonly apiName: string;
    encode(): Promise<{ readonly buf: Buffer; readonly buffer: Buffer }>;
  };
  readonly response: {
    decode(payload: Buffer): Promise<T>;
    parse(data: T): Promise<T>;
  };
}

/** A custom request over a connection of kafkajs, which adds the header and matches the answer. */
export function rawRequest<T>(
  apiKey: number,
  apiVersion: number,
  apiName: string,
  body: ByteWriter,
  read: (payload: Buffer) => T,
): RawRequest<T> {
  return {
    request: { apiKey, apiVersion, apiName, encode: async () => ({ buf: body.written, buffer: body.written }) },
    response: { decode: async (payload) => read(payload), parse: async (data) => data },
  };
}
