import { kafkaSource } from '@stockafolio/connectors/kafka';
import { isStockafolioError, type StockafolioError } from '@stockafolio/core';
import type { AbortSignalLike, Clock } from '@stockafolio/core/ports';
import { sayNowAndThen } from '../output/say-now-and-then.js';
import { stoppedEarly } from '../output/unfinished.js';
import { kafkaPlace } from './kafka-url.js';
import { areShared, isShared, openFiles, openTables } from './open.js';

/**
 * The locations that a command needs. It does not wait for those on this machine's own disk: there is no server to come
 * up.
 */
export interface NeededPlaces {
  readonly sources?: readonly string[];
  /** Sources that are created if they do not exist. */
  readonly written?: readonly string[];
  readonly tables?: readonly string[];
  readonly files?: readonly string[];
}

export interface WaitOptions {
  readonly clock: Clock;
  readonly signal: AbortSignalLike;
  say(text: string): void;
  /** Milliseconds after which a server that is down is an error; without limit by default. */
  readonly atMost?: number;
}

/** How long a command that ends by itself waits for servers, in milliseconds. */
export const START_WITHIN = 300_000;

/** How long one check may take, and the pause until the next, in milliseconds. */
const LOOK_FOR = 500;
const LOOK_EVERY = 2_000;

/** A cheap request to a server. */
interface Look {
  ask(): Promise<unknown>;
  close(): Promise<void>;
}

/**
 * Waits until the servers of these locations answer, and reports what it waits for. A server that refuses counts as up.
 *
 * @throws the refusal of a server, at once; ERR_ABORTED if the signal ends the wait
 */
export async function untilThere(places: NeededPlaces, options: WaitOptions): Promise<void> {
  const looks = looksAt(places);
  const failed = new AbortController();
  const ends = AbortSignal.any([options.signal as AbortSignal, failed.signal]);
  try {
    await Promise.all(
      looks.map((look) =>
        untilAnswered(look, { ...options, signal: ends }).catch((error: unknown) => {
          failed.abort();
          throw error;
        }),
      ),
    );
  } finally {
    await Promise.all(looks.map((look) => look.close()));
  }
  if (options.signal.aborted)
    throw stoppedEarly(
      'nothing was started, because a server is down',
      {},
      'start the server, then run the same command again',
    );
}

async function untilAnswered(look: Look, { clock, signal, say, atMost = Infinity }: WaitOptions): Promise<void> {
  const began = clock.elapsed();
  const tell = sayNowAndThen(clock, say);
  let told = false;
  for (;;) {
    const away = await awayAt(look);
    if (away === undefined) break;
    if (clock.elapsed() - began >= atMost) throw away;
    if (signal.aborted) return;
    tell(away);
    told = true;
    await clock.sleep(LOOK_EVERY, signal);
    if (signal.aborted) return;
  }
  if (told) say('the server is up');
}

/** Why it does not answer; undefined if it does. */
async function awayAt(look: Look): Promise<StockafolioError | undefined> {
  try {
    await look.ask();
    return undefined;
  } catch (error) {
    if (isStockafolioError(error) && error.domain === 'external' && error.retryable) return error;
    throw error;
  }
}

/** @throws ERR_URL_INVALID for an invalid location, before any wait for a server */
function looksAt({ sources = [], written = [], tables = [], files = [] }: NeededPlaces): Look[] {
  return [
    ...sources.filter(isShared).map(atTopic),
    ...written.filter(isShared).map((url) => {
      const { ask, close } = atTopic(url);
      return { ask: () => ask().catch(unlessUnknown), close };
    }),
    ...tables.filter(areShared).map((url) => {
      const opened = openTables(url, { readOnly: true });
      return { ask: () => opened.create([]), close: () => opened.close() };
    }),
    ...files.map((url) => {
      const opened = openFiles(url, { retryFor: LOOK_FOR });
      return {
        ask: async () => (isLocal(url) ? undefined : opened.size('is-anybody-there')),
        close: () => opened.close(),
      };
    }),
  ];
}

function atTopic(url: string): Look {
  const source = kafkaSource({ ...kafkaPlace(url), patience: LOOK_FOR });
  return { ask: () => source.identity(), close: () => source.close() };
}

function isLocal(url: string): boolean {
  return url.startsWith('file:');
}

/** A missing topic is created by its writer. */
function unlessUnknown(error: unknown): void {
  if (!isStockafolioError(error, 'ERR_SOURCE_UNKNOWN')) throw error;
}
