import { isStockafolioError, StockafolioError } from '@stockafolio/core';
import type { Patience } from '../files-remote/patience.js';
import { BrokenExchange, exchange, type Answer, type ExchangeOptions } from './exchange.js';
import { exceptionOf, hdfsError, hdfsSilent, saidIn, type Subject } from './hdfs-error.js';
import { checkNamenode } from './namenode.js';

export interface WebHdfsOptions {
  /** `host:port` of every namenode's HTTP server. */
  readonly namenodes: readonly string[];
  readonly tls: boolean;
  /** Who asks: a user's name, or a delegation token, which carries its own identity. */
  readonly identity: { readonly user: string } | { readonly delegation: string };
  /** Milliseconds of silence after which a server counts as dead. */
  readonly timeout: number;
  /** The same for a namenode, while another one may be the active one. */
  readonly passOverAfter: number;
  readonly patience: Patience;
}

export interface Operation {
  readonly op: string;
  readonly method: ExchangeOptions['method'];
  readonly path: string;
  /** The file's name in the store, for errors. */
  readonly name: string;
  readonly params?: Readonly<Record<string, string | number | boolean>>;
  readonly body?: Uint8Array | AsyncIterable<Uint8Array>;
}

/** An answer, and the host and port that gave it. */
export interface Answered extends Answer {
  readonly host: string;
}

/** Namenodes that answer with these are not the active one. */
const STANDBY = new Set(['StandbyException', 'ObserverRetryOnActiveException']);

/**
 * The operations of WebHDFS: each asks the active namenode, and follows its redirect to a datanode. Only the datanode
 * receives the body.
 */
export class WebHdfs {
  readonly #options: WebHdfsOptions;
  #active = 0;
  /** How many namenodes were skipped in a row since one accepted a request. */
  #passedOver = 0;
  /** The failures of the skipped namenodes. */
  readonly #failures = new WeakSet<StockafolioError>();

  constructor(options: WebHdfsOptions) {
    if (options.namenodes.length === 0) {
      throw new StockafolioError('ERR_USAGE', 'no namenode is given', { hint: 'write hdfs://HOST:HTTPPORT/PATH' });
    }
    for (const namenode of options.namenodes) checkNamenode(namenode);
    this.#options = options;
  }

  /** One operation, retried while HDFS is unavailable; `check` reports what is wrong with an answer. */
  call(operation: Operation, check?: (answer: Answer, subject: Subject) => void): Promise<Answered> {
    return this.patiently(() => this.once(operation, check));
  }

  /** The value of this member in the answer to an operation. */
  async said<T>(operation: Operation, member: string): Promise<T> {
    const answer = await this.call(operation);
    return saidIn<T>(answer, member, { op: operation.op, name: operation.name, host: answer.host });
  }

  patiently<T>(attempt: (before: number) => Promise<T>): Promise<T> {
    const { patience, namenodes } = this.#options;
    return patience.ask(attempt, (error, before) => this.#failures.has(error) && before + 1 < namenodes.length);
  }

  /** One operation, asked once: for a body that can be read only once. */
  async once(operation: Operation, check?: (answer: Answer, subject: Subject) => void): Promise<Answered> {
    const active = this.#active;
    const namenode = this.#options.namenodes[active] ?? '';
    const { method, op, name, body } = operation;
    const first: Subject = { op, name, host: namenode };
    const answer = await this.#exchange(
      { method, url: this.#url(namenode, operation), timeout: this.#namenodeTimeout() },
      first,
    ).catch((error: unknown) => {
      throw this.#passOver(active, error);
    });
    const isStandby = STANDBY.has(exceptionOf(answer).exception);
    if (isStandby || answer.status >= 500) {
      // It is one of a pair, so the address is right, and the other one is worth waiting for.
      if (isStandby && this.#options.namenodes.length > 1) this.#options.patience.heard();
      throw this.#passOver(active, hdfsError(answer, first));
    }
    this.#passedOver = 0;
    const { location } = answer.headers;
    if (answer.status !== 307 || location === undefined) return accepted(answer, first, check);
    if (!URL.canParse(location)) throw hdfsSilent(`it redirects to '${location}', which is not an address`, first);
    const url = new URL(location);
    const second: Subject = { op, name, host: url.host };
    return accepted(
      await this.#exchange(
        { method, url, timeout: this.#options.timeout, ...(body === undefined ? {} : { body }) },
        second,
      ),
      second,
      check,
    );
  }

  async #exchange(what: ExchangeOptions, subject: Subject): Promise<Answer> {
    try {
      return await exchange(what);
    } catch (error) {
      throw error instanceof BrokenExchange ? hdfsSilent(error.message, subject, error.cause) : error;
    }
  }

  /** A slow namenode may still be the active one: once all have been skipped, each gets the full timeout. */
  #namenodeTimeout(): number {
    const { namenodes, timeout, passOverAfter } = this.#options;
    const isAnother = namenodes.length > 1 && this.#passedOver < namenodes.length;
    return isAnother ? Math.min(timeout, passOverAfter) : timeout;
  }

  /** Selects the next namenode, unless another request has already done so. Returns the error. */
  #passOver(active: number, error: unknown): unknown {
    if (isStockafolioError(error)) this.#failures.add(error);
    if (this.#active === active) {
      this.#active = (active + 1) % this.#options.namenodes.length;
      this.#passedOver++;
    }
    return error;
  }

  #url(namenode: string, { op, path, params = {} }: Operation): URL {
    const encodedPath = path.split('/').map(encodeURIComponent).join('/');
    const { identity, tls } = this.#options;
    const who = 'user' in identity ? { 'user.name': identity.user } : { delegation: identity.delegation };
    const query = Object.entries({ op, ...who, ...params }).map(
      ([key, value]) => `${key}=${encodeURIComponent(value)}`,
    );
    return new URL(`${tls ? 'https' : 'http'}://${namenode}/webhdfs/v1${encodedPath}?${query.join('&')}`);
  }
}

function accepted(answer: Answer, subject: Subject, check?: (answer: Answer, subject: Subject) => void): Answered {
  if (answer.status < 200 || answer.status >= 300) throw hdfsError(answer, subject);
  check?.(answer, subject);
  return { ...answer, host: subject.host };
}
