import type { Clock, Source, Tables } from '@stockafolio/core/ports';
import type { Login } from './login/login.js';
import type { ServerMetrics } from './server-metrics.js';
import type { TrustedProxies } from './trust-proxy.js';

export interface ServerOptions {
  readonly live: Tables;
  /** The tables of the daily batch, shown beside the live ones. */
  readonly close?: Tables;
  /** What the live tables are made from: only with it can be said how many messages they are behind. */
  readonly source?: Pick<Source, 'ranges'>;
  /** Whose progress tells how far the tables are. */
  readonly pipeline: string;
  readonly clock: Clock;
  /** Nobody has to sign in by default. */
  readonly login?: Login;
  /** How often the tables are asked how far they are, in milliseconds; defaults to 100. */
  readonly pollMs?: number;
  /** Requests a minute and address; defaults to 1,200, and 0 is no limit. */
  readonly requestsPerMinute?: number;
  /** Event streams at once; defaults to 2,000. */
  readonly mostStreams?: number;
  /** Event streams at once of one user, token or, where nobody signs in, address; defaults to 100. */
  readonly streamsEach?: number;
  /** Downloads at once of one user, token or address; defaults to 4. */
  readonly downloadsEach?: number;
  /** What may wait for a reader of a stream, in bytes; defaults to 1 MiB. */
  readonly queueBytes?: number;
  /** How long a reader that was dropped may take to read why, in milliseconds; defaults to 2,000. */
  readonly lastWordsMs?: number;
  /** Whose X-Forwarded-For is believed; defaults to nobody's. */
  readonly trustProxy?: TrustedProxies;
  /** Names, beside those of the machine itself, that requests may name in their Host header; without ports. */
  readonly allowedHosts?: readonly string[];
  /** What counts what is served; shown at /metrics in any case. */
  readonly metrics?: ServerMetrics;
  /** Where the built pages are. */
  readonly pages?: string;
  /** Takes one line for every request that was refused or failed. */
  readonly log: (line: string) => void;
}
