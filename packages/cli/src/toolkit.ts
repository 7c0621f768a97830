import { systemClock } from '@stockafolio/connectors/clock-system';
import type { Clock } from '@stockafolio/core/ports';
import { Reporter } from './output/reporter.js';
import { processStop, type Stop } from './output/stop.js';
import * as open from './urls/open.js';
import { START_WITHIN, untilThere, type NeededPlaces } from './urls/until-there.js';

/** What commands work with, including those of an application. */
export interface Toolkit {
  readonly clock: Clock;
  readonly openSource: typeof open.openSource;
  readonly openProducer: typeof open.openProducer;
  readonly openTables: typeof open.openTables;
  readonly openFiles: typeof open.openFiles;
  readonly openArchive: typeof open.openArchive;
  readonly openTopics: typeof open.openTopics;
  readonly openDestination: typeof open.openDestination;
  readonly openOwn: typeof open.openOwn;
  /**
   * Waits for servers that are down, and reports it: with `untilStopped` without limit, otherwise for five minutes.
   *
   * @throws the refusal of a server, at once; ERR_ABORTED if Ctrl-C or SIGTERM end the wait
   */
  untilThere(places: NeededPlaces, reporter: Reporter, how?: { readonly untilStopped: boolean }): Promise<void>;
  reporter(json: boolean | undefined): Reporter;
  /** Set by Ctrl-C and SIGTERM from this call on. */
  stop(): Stop;
}

export const toolkit: Toolkit = {
  clock: systemClock,
  ...open,
  untilThere: (places, reporter, how) =>
    untilThere(places, {
      clock: systemClock,
      signal: processStop().signal,
      say: (text) => reporter.say(text, {}, 'warn'),
      ...(how?.untilStopped === true ? {} : { atMost: START_WITHIN }),
    }),
  reporter: (json) => new Reporter(json ?? false),
  stop: processStop,
};
