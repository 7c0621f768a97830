import { isStockafolioError, type StockafolioError } from '@stockafolio/core';
import type { AbortSignalLike, Source } from '@stockafolio/core/ports';
import { inputsOf } from './inputs.js';
import type { StreamOptions, StreamResult } from './options.js';

type RunOnce<T> = (options: StreamOptions<T>) => Promise<StreamResult>;

/** How often the sources are asked how many partitions they have, in milliseconds. */
const EVERY = 10_000;

/**
 * Runs a pipeline, and runs it again when a source was given partitions: the new run reads them, or is refused, because
 * tables and checkpoints do not fit them. A stage that it ends has committed, and stored its checkpoints.
 *
 * @param run runs it once: it reads its sources, and closes them
 */
export async function throughGrowth<T>(options: StreamOptions<T>, run: RunOnce<T>): Promise<StreamResult> {
  const { reopen, onEvent, signal } = options;
  if (reopen === undefined) return run(options);
  const results: StreamResult[] = [];
  let own = options;
  let counts = await countsOf(own);
  for (;;) {
    const watch = new GrowthWatch(own, counts);
    let failure: StockafolioError | undefined;
    try {
      results.push(await run({ ...own, signal: watch.signal }));
    } catch (error) {
      // A reader may find out before this does.
      if (!isStockafolioError(error, 'ERR_PARTITIONS_CHANGED')) throw error;
      failure = error;
    } finally {
      watch.end();
    }
    if (failure === undefined && (!watch.hasGrown || signal?.aborted === true)) return sumOf(results);
    own = reopened(options, reopen);
    const now = await countsOf(own);
    if (failure !== undefined && !haveGrown(counts, now)) {
      await Promise.allSettled(inputsOf(own).map(({ source }) => source.close()));
      throw failure;
    }
    counts = now;
    const partitions = Object.fromEntries(options.pipeline.streams.map(({ name }, n) => [name, now?.[n] ?? 0]));
    onEvent?.({ type: 'grown', partitions });
  }
}

/** Ends a run when one of its sources has more partitions than before. */
class GrowthWatch<T> {
  readonly #options: StreamOptions<T>;
  readonly #before: readonly number[] | undefined;
  readonly #over = new AbortController();
  readonly #ended = new AbortController();
  readonly #abort = (): void => this.#over.abort();
  hasGrown = false;

  constructor(options: StreamOptions<T>, before: readonly number[] | undefined) {
    this.#options = options;
    this.#before = before;
    options.signal?.addEventListener('abort', this.#abort, { once: true });
    if (options.signal?.aborted === true) this.#abort();
    if (before !== undefined) void this.#watch();
  }

  get signal(): AbortSignalLike {
    return this.#over.signal;
  }

  end(): void {
    this.#ended.abort();
    this.#options.signal?.removeEventListener('abort', this.#abort);
  }

  async #watch(): Promise<void> {
    for (;;) {
      await this.#options.clock.sleep(EVERY, this.#ended.signal);
      if (this.#ended.signal.aborted) return;
      if (haveGrown(this.#before, await countsOf(this.#options))) break;
    }
    if (this.#ended.signal.aborted) return;
    this.hasGrown = true;
    this.#abort();
  }
}

/** How many partitions the source of each stream has; undefined if one does not answer, which the run reports itself. */
async function countsOf<T>(options: StreamOptions<T>): Promise<readonly number[] | undefined> {
  try {
    return await Promise.all(inputsOf(options).map(async ({ source }) => (await source.ranges()).length));
  } catch {
    return undefined;
  }
}

function haveGrown(before: readonly number[] | undefined, now: readonly number[] | undefined): boolean {
  return now?.some((count, n) => count > (before?.[n] ?? count)) === true;
}

/** The options with new readers of all sources: the run has closed those that it had. */
function reopened<T>(options: StreamOptions<T>, reopen: (stream: string) => Source): StreamOptions<T> {
  const [first, ...others] = options.pipeline.streams.map(({ name }) => name);
  const { others: before = {} } = options;
  return {
    ...options,
    source: first === undefined ? options.source : reopen(first),
    others: Object.fromEntries(
      others.flatMap((name) => {
        const input = before[name];
        return input === undefined ? [] : [[name, { ...input, source: reopen(name) }]];
      }),
    ),
  };
}

function sumOf(results: readonly StreamResult[]): StreamResult {
  const sum = (of: (result: StreamResult) => number): number => results.reduce((all, result) => all + of(result), 0);
  return {
    ...{ records: sum(({ records }) => records), setAside: sum(({ setAside }) => setAside) },
    ...{ rows: sum(({ rows }) => rows), commits: sum(({ commits }) => commits) },
    caughtUp: results.at(-1)?.caughtUp ?? false,
  };
}
