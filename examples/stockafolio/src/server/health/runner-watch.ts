import type { Clock } from '@stockafolio/core/ports';
import { messageOf } from '@stockafolio/core';
import { readMetrics, sumOf, type Sample, type Samples } from './metrics-text.js';

/** Where the metrics of a stream runner can be read. */
export interface RunnerMetrics {
  /** Its name on the page: its address, for one in another process. */
  readonly name: string;
  /** In Prometheus's text format. */
  text(): Promise<string>;
}

/** Rates are over this long, in milliseconds. */
const WINDOW = 10_000;
/** A shorter time tells no rate, in milliseconds. */
const LEAST = 500;
/** How long an answer may take, in milliseconds, and how long it may be. */
const PATIENCE = 2_000;
const LONGEST = 8 << 20;

interface Look {
  readonly at: number;
  readonly samples: Samples;
}

/** What is known of a runner now, and of how fast its counters grow. */
export class RunnerWatch {
  readonly name: string;
  readonly #metrics: RunnerMetrics;
  readonly #clock: Pick<Clock, 'elapsed' | 'sleep'>;
  #looks: Look[] = [];
  /** Why the last look failed; undefined if it did not. */
  why: string | undefined = 'it was not asked yet';

  constructor(metrics: RunnerMetrics, clock: Pick<Clock, 'elapsed' | 'sleep'>) {
    this.name = metrics.name;
    this.#metrics = metrics;
    this.#clock = clock;
  }

  /** Reads its metrics. Never rejects: a runner that does not answer is a fact about it. */
  async look(): Promise<void> {
    try {
      const samples = readMetrics(await this.#soon(this.#metrics.text()));
      const at = this.#clock.elapsed();
      const last = this.#looks.at(-1);
      // A counter that has become smaller is that of a new process.
      if (last !== undefined && (sumOf(last.samples, PROCESS) ?? 0) !== (sumOf(samples, PROCESS) ?? 0))
        this.#looks = [];
      this.#looks = [...this.#looks.filter((look) => at - look.at <= WINDOW), { at, samples }];
      this.why = undefined;
    } catch (error) {
      this.#looks = [];
      this.why = messageOf(error);
    }
  }

  /** The newest samples; none if it does not answer. */
  get samples(): Samples {
    return this.#looks.at(-1)?.samples ?? new Map();
  }

  /** How much the sum of a counter's samples has grown a second; undefined if that is not known (yet). */
  rate(name: string, labels: Sample['labels'] = {}): number | undefined {
    const [first, last] = [this.#looks[0], this.#looks.at(-1)];
    if (first === undefined || last === undefined || last.at - first.at < LEAST) return undefined;
    const now = sumOf(last.samples, name, labels);
    if (now === undefined) return undefined;
    // One that was not there before has begun at 0.
    return Math.max(0, now - (sumOf(first.samples, name, labels) ?? 0)) / ((last.at - first.at) / 1000);
  }

  async #soon(text: Promise<string>): Promise<string> {
    const enough = new AbortController();
    const late = this.#clock.sleep(PATIENCE, enough.signal).then(() => {
      throw new Error(`it has not answered within ${PATIENCE / 1000} seconds`);
    });
    try {
      return await Promise.race([text, late]);
    } finally {
      late.catch(() => undefined);
      enough.abort();
      text.catch(() => undefined);
    }
  }
}

const PROCESS = 'process_start_time_seconds';

/**
 * The metrics of a runner in another process, at `http://HOST:PORT`, with or without `/metrics`.
 *
 * @throws TypeError if it is not an HTTP address
 */
export function metricsAt(address: string): RunnerMetrics {
  const url = new URL(address);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new TypeError(`${address} is no HTTP address`);
  if (url.pathname === '/') url.pathname = '/metrics';
  return {
    name: url.host,
    text: async () => {
      const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE), redirect: 'error' }).catch(
        (error: unknown) => {
          // Only the cause says what has failed.
          throw error instanceof TypeError && error.cause !== undefined ? error.cause : error;
        },
      );
      if (!response.ok) throw new Error(`it answers ${response.status}`);
      if (Number(response.headers.get('content-length') ?? 0) > LONGEST) throw new Error('its answer is too long');
      return response.text();
    },
  };
}
