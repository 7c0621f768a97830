import { readFile } from 'node:fs/promises';
import { counted, figure, SentBefore, type Toolkit } from '@stockafolio/cli';
import { isStockafolioError, jsonCodec, keyBytes, messageOf, StockafolioError } from '@stockafolio/core';
import type { OutgoingMessage } from '@stockafolio/core/ports';
import type { Command } from 'commander';
import { actions as stream, CorporateAction } from '../action-stream.js';

interface AnnounceFlags {
  readonly to: string;
  readonly check?: boolean;
  readonly json?: boolean;
}

const codec = jsonCodec(CorporateAction);

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
  const producer = await toolkit.openProducer(flags.to, 1, 'murmur2');
  try {
    const messages = actions.map((action) => messageOfAction(action, toolkit.clock.now()));
    const unsent = await unsentOf(messages, flags.to, toolkit);
    if (unsent.length > 0) await producer.append(unsent);
    const before = actions.length - unsent.length;
    const already = before === 0 ? '' : `; ${figure(before)} were sent before`;
    reporter.result(`${counted(unsent.length, 'action')} sent${already}`, { ok: true, sent: unsent.length, before });
  } finally {
    await producer.close();
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
    return codec.decode(Buffer.from(text));
  } catch (error) {
    if (!isStockafolioError(error)) throw error;
    throw new StockafolioError('ERR_BAD_RECORD', `${at}: ${error.message}`, {
      cause: error,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    });
  }
}

/**
 * An action as a message: actions of a symbol are in one partition, in order. It bears the action's own time, as generated trades do,
 * so that an action of the past counts among events of its time where these are read after it.
 */
export function messageOfAction(action: CorporateAction, now: number): OutgoingMessage {
  return { key: keyBytes(action.symbol), value: codec.encode(action), timestamp: Math.min(action.time, now) };
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

/** @throws ERR_BAD_RECORD if an action was sent before with other words, or one that is later than a new one */
async function unsentOf(
  messages: readonly OutgoingMessage[],
  to: string,
  toolkit: Toolkit,
): Promise<readonly OutgoingMessage[]> {
  const there = new Map<string, CorporateAction>();
  const latest = new Map<number, CorporateAction>();
  const sent = await SentBefore.open(toolkit.openSource(to), 'murmur2', 0, (partition, value) => {
    const action = actionIn(value);
    if (action === undefined) return;
    there.set(action.id, action);
    if (action.time > (latest.get(partition)?.time ?? Number.NEGATIVE_INFINITY)) latest.set(partition, action);
  });
  try {
    const unsent = await sent.unsent(messages);
    for (const message of unsent) expectNew(message, there, latest.get(sent.partitionOf(message)));
    return unsent;
  } finally {
    await sent.close();
  }
}

/** Undefined for a message that is no action: the pipeline dead-letters it. */
function actionIn(value: Uint8Array): CorporateAction | undefined {
  try {
    return codec.decode(value);
  } catch {
    return undefined;
  }
}

function expectNew(
  { value }: OutgoingMessage,
  there: ReadonlyMap<string, CorporateAction>,
  latest: CorporateAction | undefined,
): void {
  const { id, time } = codec.decode(value ?? new Uint8Array());
  if (there.has(id)) {
    throw new StockafolioError('ERR_BAD_RECORD', `an action '${id}' was sent before, and is another one there`, {
      hint: 'give this one an id of its own; to change what has counted, send an action that undoes it first',
    });
  }
  if (latest === undefined || time >= latest.time) return;
  throw new StockafolioError('ERR_BAD_RECORD', `action '${id}' is earlier than '${latest.id}', which was sent before`, {
    hint: `give it a time from ${new Date(latest.time).toISOString()} on, or send an event to each account`,
  });
}
