import type { Clock, Tables } from '@stockafolio/core/ports';
import type { Books } from '../books.js';
import type { CloseBook } from '../close/close-book.js';
import type { DeadLetterList } from '../health/dead-letter-list.js';
import type { PipelineHealth } from '../health/pipeline-health.js';
import type { Feed } from '../feed/feed.js';
import type { Viewers } from '../login/viewers.js';
import type { Quota } from '../quota.js';
import type { ServerMetrics } from '../server-metrics.js';
import type { UsersIndex } from '../users-index.js';

/** What the routes work with. */
export interface RouteContext {
  readonly books: Books;
  readonly closes: CloseBook;
  readonly live: Tables;
  /** Whether these have lots, and what was gained with them. */
  readonly lots: boolean;
  readonly feed: Feed;
  readonly users: UsersIndex;
  readonly viewers: Viewers;
  readonly clock: Clock;
  /** The limits for concurrent event streams, and downloads, of one viewer. */
  readonly streams: Quota;
  readonly downloads: Quota;
  readonly metrics: ServerMetrics;
  readonly health: PipelineHealth;
  readonly deadLetters: DeadLetterList;
}
