import { defineApp, type App } from '@stockafolio/cli';
import type { Pipeline } from '@stockafolio/core';
import { nextClose } from './calendar/sessions.js';
import { tradingDay } from './calendar/trading-day.js';
import { addAnnounce } from './commands/announce.js';
import { addDemo } from './commands/demo.js';
import { addGenerate } from './commands/generate.js';
import { addImport } from './commands/import.js';
import { addServe } from './commands/serve.js';
import { portfolio } from './pipeline.js';
import { originalForm, wireForm } from './wire-forms.js';

/** Stockafolio with this pipeline, for the `stockafolio` command. */
export function appOf(pipeline: Pipeline): App {
  return defineApp({
    pipeline,
    codecs: { wire: wireForm, original: originalForm },
    dayOf: tradingDay,
    nextRun: nextClose,
    commands: (program, toolkit) => {
      addAnnounce(program, toolkit);
      addDemo(program, toolkit);
      addGenerate(program, toolkit);
      addImport(program, toolkit);
      addServe(program, toolkit);
    },
  });
}

/** Stockafolio, as the `stockafolio` command runs it. */
export const app = appOf(portfolio);
