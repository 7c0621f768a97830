import { readFile } from 'node:fs/promises';
import { counted, figure, type Toolkit } from '@stockafolio/cli';
import { isStockafolioError, messageOf, StockafolioError } from '@stockafolio/core';
import type { Command } from 'commander';
import { actions as stream, type CorporateAction } from '../action-stream.js';
import { actionForm } from '../wire-forms.js';
import { ActionSender } from './action-sender.js';

interface AnnounceFlags {
  readonly to: string;
  readonly check?: boolean;
  readonly json?: boolean;
}

export function addAnnounce(program: Command, toolkit: Toolkit): void {
  program
    .command('announce')
    .argument('<file>', 'corporate actions: one JSON object in each line')
    .description('send corporate actions, such as splits, to the stream that counts them for every holder')
    .requiredOption('--to <source>', 'target of the actions: kafka://HOST:PORT/TOPIC or log:DIR')
    .option('--check', 'read the file, and send nothing')
    .option('--json', 'end with one line of JSON')
    .addHelpText('after', HELP)
    .action(async (file: string, flags: AnnounceFlags) => announce(file, flags, toolkit));
}

const HELP = `
  {"id":"a1","symbol":"AAPL","kind":"split","time":"2026-06-08T13:30:00Z","numerator":4,"denominator":1}
  {"id":"a2","symbol":"KO","kind":"dividend","time":"2026-06-15T13:30:00Z","perShare":0.485}

They are sent in the order of their times, and count where their partition has them: announce an action when it takes
effect, at most an hour before. One that is earlier than one that was sent is refused, because it would count after that one.

Nothing is sent before the whole file is understood. An action that was sent before is not sent again, and one with an
id that was sent with other words is refused: it has counted already.`;

async function announce(file: string, flags: AnnounceFlags, toolkit: Toolkit): Promise<void> {
  const reporter = toolkit.reporter(flags.json);
  const actions = [...readActions(file, await contentOf(file))].sort((a, b) => a.time - b.time);
  expectDue(actions, toolkit.clock.now());
  if (flags.check === true) {
    reporter.result(`${counted(actions.length, 'action')} understood; none was sent`, {
      ok: true,
      actions: actions.length,
      sent: 0,
    });
    return;
  }
  await toolkit.untilThere({ written: [flags.to], files: [] }, reporter);
  const sender = await ActionSender.open(flags.to, toolkit);
  try {
    const sent = await sender.send(actions);
    const before = actions.length - sent;
    const already = before === 0 ? '' : `; ${figure(before)} were sent before`;
    reporter.result(`${counted(sent, 'action')} sent${already}`, { ok: true, sent, before });
  } finally {
    await sender.close();
  }
}

async function contentOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new StockafolioError('ERR_USAGE', `cannot read '${file}': ${messageOf(cause)}`, {
      cause,
      hint: 'name a file with one corporate action in each line',
    });
  }
}

/** @throws ERR_BAD_RECORD with the line of the first one that is wrong, or an id that two have */
export function readActions(file: string, content: string): readonly CorporateAction[] {
  const lines = content.replace(/^\uFEFF/, '').split(/\r?\n/);
  const lineOf = new Map<string, number>();
  return lines.flatMap((text, index) => {
    if (text.trim() === '') return [];
    const line = index + 1;
    const action = readAction(`${file}, line ${line}`, text);
    const first = lineOf.get(action.id);
    if (first !== undefined) {
      throw new StockafolioError('ERR_BAD_RECORD', `${file}, line ${line}: '${action.id}' is the id of line ${first}`, {
        hint: 'give each action an id of its own: two actions count twice',
      });
    }
    lineOf.set(action.id, line);
    return [action];
  });
}

function readAction(at: string, text: string): CorporateAction {
  try {
    return actionForm.decode(Buffer.from(text));
  } catch (error) {
    if (!isStockafolioError(error)) throw error;
    throw new StockafolioError('ERR_BAD_RECORD', `${at}: ${error.message}`, {
      cause: error,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    });
  }
}

/** @throws ERR_USAGE if an action is so far ahead that it would be dead-lettered */
function expectDue(actions: readonly CorporateAction[], now: number): void {
  const early = actions.find(({ time }) => time > now + stream.maxSkew);
  if (early === undefined) return;
  throw new StockafolioError(
    'ERR_USAGE',
    `action '${early.id}' takes effect at ${new Date(early.time).toISOString()}`,
    {
      hint: 'announce it when it does, at most an hour before: until then others may come that count before it',
    },
  );
}
