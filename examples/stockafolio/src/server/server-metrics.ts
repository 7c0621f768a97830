import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Books } from './books.js';
import type { Feed } from './feed/feed.js';

const LATENCIES = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The Prometheus metrics of the dashboards' server. Times are in seconds, as usual in Prometheus. */
export class ServerMetrics {
  readonly registry = new Registry();
  readonly #answers = new Counter({
    ...{ name: 'stockafolio_http_answers_total', help: 'Requests that were answered, by route and status.' },
    ...{ labelNames: ['route', 'method', 'status'], registers: [this.registry] },
  });
  readonly #took = new Histogram({
    ...{
      name: 'stockafolio_http_seconds',
      help: 'From a request to the end of its answer; event streams not counted.',
    },
    ...{ labelNames: ['route'], buckets: LATENCIES, registers: [this.registry] },
  });
  readonly #streamsEnded = new Counter({
    ...{
      name: 'stockafolio_streams_dropped_total',
      help: 'Event streams that were ended because the reader was too slow.',
    },
    ...{ registers: [this.registry] },
  });
  readonly #failures = new Counter({
    ...{
      name: 'stockafolio_stream_failures_total',
      help: 'How often the content of a stream could no longer be read.',
    },
    ...{ registers: [this.registry] },
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** Counts the answers of the server; addresses are counted by route, so there are few labels. */
  watch(server: FastifyInstance): void {
    server.addHook('onResponse', async ({ method, routeOptions }, reply) => {
      const route = routeOptions.url ?? 'none';
      this.#answers.inc({ route, method, status: String(reply.statusCode) });
      if (!route.startsWith('/api/stream/')) this.#took.observe({ route }, reply.elapsedTime / 1000);
    });
  }

  /** Registers gauges that are read on demand. */
  show(feed: Feed, books: Books, clock: { now(): number }): void {
    const registers = [this.registry];
    new Gauge({
      ...{ name: 'stockafolio_streams', help: 'Event streams that are open.', registers },
      collect() {
        this.set(feed.clients);
      },
    });
    new Gauge({
      ...{ name: 'stockafolio_stream_topics', help: 'Pages that these streams show, each counted once.', registers },
      collect() {
        this.set(feed.topics);
      },
    });
    new Gauge({
      ...{ name: 'stockafolio_tables_readable', help: 'Whether the tables can be read: 1, else 0.', registers },
      async collect() {
        this.set((await books.readable()) ? 1 : 0);
      },
    });
    new Gauge({
      ...{
        name: 'stockafolio_newest_trade_seconds',
        help: 'The present time minus the newest market time in the tables.',
        registers,
      },
      async collect() {
        const newest = await books.progress().then(
          (progress) => progress.newest,
          () => undefined,
        );
        if (newest === undefined) this.remove();
        else this.set((clock.now() - newest) / 1000);
      },
    });
  }

  dropped(): void {
    this.#streamsEnded.inc();
  }

  failed(): void {
    this.#failures.inc();
  }
}
