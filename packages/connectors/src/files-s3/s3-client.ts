import type * as SdkModule from '@aws-sdk/client-s3';
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import { loadPeer, type Clock, type Peer } from '@stockafolio/core/ports';
import { Patience } from '../files-remote/patience.js';
import { checkEndpoint } from './endpoint.js';
import { s3Code, s3Error } from './s3-error.js';

export type Sdk = typeof SdkModule;

/** The SDK, and its client for one server. */
export interface Opened {
  readonly sdk: Sdk;
  readonly client: S3Client;
}

export interface S3Options {
  readonly bucket: string;
  /** Address of a compatible server; defaults to AWS. */
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
  readonly credentials?: S3ClientConfig['credentials'];
  readonly timeout: number;
  readonly retryFor: number;
  readonly clock: Pick<Clock, 'now' | 'elapsed' | 'sleep'>;
}

const SDK: Peer = { neededBy: 'files in S3', packages: ['@aws-sdk/client-s3@3'] };

const FIRST_RETRY_FOR = 5_000;
const CONNECT_WITHIN = 5_000;

/** Requests to one bucket, retried while S3 is unavailable. The SDK is loaded with the first request. */
export class S3 {
  readonly #options: S3Options;
  readonly #patience: Patience;
  #opened: Promise<Opened> | undefined;

  constructor(options: S3Options) {
    if (options.endpoint !== undefined) checkEndpoint(options.endpoint);
    this.#options = options;
    const { clock, retryFor } = options;
    this.#patience = new Patience({ clock, retryFor, firstRetryFor: Math.min(retryFor, FIRST_RETRY_FOR) });
  }

  get bucket(): string {
    return this.#options.bucket;
  }

  get endpoint(): string | undefined {
    return this.#options.endpoint;
  }

  get timeout(): number {
    return this.#options.timeout;
  }

  /**
   * Returns the result of the request.
   *
   * @param name the file's name, for errors
   * @param request receives the number of earlier attempts
   */
  ask<T>(name: string, request: (s3: Opened, before: number) => Promise<T>): Promise<T> {
    return this.#patience.ask(async (before) => {
      const opened = await this.#open();
      try {
        return await request(opened, before).catch((error: unknown) => {
          // The SDK has learned S3's time from the refusal, and signs with it from now on.
          if (s3Code(error) === 'RequestTimeTooSkewed') return request(opened, before);
          throw error;
        });
      } catch (error) {
        throw s3Error(error, { bucket: this.bucket, name, endpoint: this.endpoint });
      }
    });
  }

  async close(): Promise<void> {
    (await this.#opened)?.client.destroy();
  }

  #open(): Promise<Opened> {
    this.#opened ??= this.#load();
    return this.#opened;
  }

  async #load(): Promise<Opened> {
    const { endpoint, region, credentials, timeout } = this.#options;
    const sdk = await loadPeer(SDK, () => import('@aws-sdk/client-s3'));
    // Compatible servers support neither bucket names as hosts nor the newer checksums; most ignore the region.
    const compatible: S3ClientConfig =
      endpoint === undefined
        ? {}
        : {
            endpoint,
            forcePathStyle: true,
            region: process.env['AWS_REGION'] ?? 'us-east-1',
            requestChecksumCalculation: 'WHEN_REQUIRED',
            responseChecksumValidation: 'WHEN_REQUIRED',
          };
    const client = new sdk.S3Client({
      ...compatible,
      ...(region === undefined ? {} : { region }),
      ...(credentials === undefined ? {} : { credentials }),
      maxAttempts: 1,
      requestHandler: { connectionTimeout: Math.min(CONNECT_WITHIN, timeout), socketTimeout: timeout },
    });
    return { sdk, client };
  }
}
