import { systemClock } from '@stockafolio/connectors/clock-system';
import type { Clock } from '@stockafolio/core/ports';
import { Reporter } from './output/reporter.js';
import { processStop, type Stop } from './output/stop.js';
import * as open from './urls/open.js';

/** What commands, those of an application too, work with. */
export interface Toolkit {
  readonly clock: Clock;
  readonly openSource: typeof open.openSource;
  readonly openProducer: typeof open.openProducer;
  readonly openTables: typeof open.openTables;
  readonly openFiles: typeof open.openFiles;
  readonly openArchive: typeof open.openArchive;
  reporter(json: boolean | undefined): Reporter;
  /** Set by Ctrl-C and SIGTERM from this call on. */
  stop(): Stop;
}

export const toolkit: Toolkit = {
  clock: systemClock,
  ...open,
  reporter: (json) => new Reporter(json ?? false),
  stop: processStop,
};
