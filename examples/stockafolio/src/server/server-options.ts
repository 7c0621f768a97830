import type { Clock, Source, Tables } from '@stockafolio/core/ports';
import type { PlannedPipeline } from './health/plan-picture.js';
import type { RunnerMetrics } from './health/runner-watch.js';
import type { Login } from './login/login.js';
import type { SessionTimes } from './login/session.js';
import type { ServerMetrics } from './server-metrics.js';
import type { TrustedProxies } from './trust-proxy.js';

export interface ServerOptions {
  readonly live: Tables;
  /** Whether the live tables have those of lots, see `portfolioOf`; defaults to false. */
  readonly lots?: boolean;
  /** The tables of the daily batch, shown beside the live ones. */
  readonly close?: Tables;
  /** The source of the live tables: needed to show how many messages they are behind. */
  readonly source?: Pick<Source, 'ranges'>;
  /** The pipeline whose progress tells how far the tables are. */
  readonly pipeline: string;
  /** Its plan, for the page of the pipeline; defaults to that of Stockafolio. */
  readonly planned?: PlannedPipeline;
  /** The stream runners whose metrics that page shows; none by default. */
  readonly runners?: readonly RunnerMetrics[];
  readonly clock: Clock;
  /** Defaults to no login. */
  readonly login?: Login;
  /** How often the progress of the tables is read, in milliseconds; defaults to 100. */
  readonly pollMs?: number;
  /** Requests per minute and address; defaults to 1,200; 0 means no limit. */
  readonly requestsPerMinute?: number;
  /** Concurrent event streams; defaults to 2,000. */
  readonly mostStreams?: number;
  /** Concurrent event streams of one user, token or, without a login, address; defaults to 100. */
  readonly streamsEach?: number;
  /** Concurrent downloads of one user, token or address; defaults to 4. */
  readonly downloadsEach?: number;
  /** Largest number of bytes that may wait for a reader of a stream; defaults to 1 MiB. */
  readonly queueBytes?: number;
  /** How long a dropped reader may take to read the reason, in milliseconds; defaults to 2,000. */
  readonly lastWordsMs?: number;
  /** The proxies whose X-Forwarded-For is trusted; defaults to none. */
  readonly trustProxy?: TrustedProxies;
  /** Host names, beside those of the machine itself, that requests may use in their Host header; without ports. */
  readonly allowedHosts?: readonly string[];
  /** The address by which browsers reach the pages, `https://NAME`; needed for a sign-in from other machines. */
  readonly publicUrl?: string;
  /** Times of the sessions of people who have signed in; defaults to 5 minutes, 30 minutes and 12 hours. */
  readonly sessions?: Partial<SessionTimes>;
  /** The metrics of the server; shown at /metrics in any case. */
  readonly metrics?: ServerMetrics;
  /** Where the built pages are. */
  readonly pages?: string;
  /** Receives one line for every request that was refused or failed. */
  readonly log: (line: string) => void;
}
