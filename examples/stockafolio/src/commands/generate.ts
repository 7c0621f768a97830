import {
  counted,
  figure,
  FILES,
  LineWriter,
  SentBefore,
  stoppedEarly,
  wholeNumber,
  type Toolkit,
  type Unfinished,
  partitionerName,
} from '@stockafolio/cli';
import { StockafolioError } from '@stockafolio/core';
import type { Producer } from '@stockafolio/core/ports';
import type { Command } from 'commander';
import type { StreamEvent } from '../account-stream.js';
import { AccountActivity } from '../generator/account-activity.js';
import { AmendedActivity } from '../generator/amended-activity.js';
import type { GeneratorOptions, Skew } from '../generator/options.js';
import { generateTrades } from '../generator/trade-generator.js';
import { wireForm } from '../wire-forms.js';
import { ActionSender } from './action-sender.js';
import { CopyFiles } from './copy-files.js';
import { lastOpening, messageOfTrade, parseStart } from './trade-flow.js';

interface GenerateFlags {
  readonly to: string;
  readonly also?: string;
  readonly trades: number;
  readonly rate: number;
  readonly users: number;
  readonly seed: number;
  readonly start?: string;
  readonly partitions?: number;
  readonly partitioner: 'murmur2' | 'crc32';
  readonly userSkew: Skew;
  readonly symbolSkew: Skew;
  readonly outOfOrder: number;
  readonly fractions: number;
  readonly events: number;
  readonly amendments: number;
  readonly actions?: string;
  readonly pace?: boolean;
  readonly skip: number;
  readonly again?: boolean;
  readonly json?: boolean;
}

const AT_A_TIME = 5_000;

export function addGenerate(program: Command, toolkit: Toolkit): void {
  program
    .command('generate')
    .description('generate trades of the S&P 500; the same options give the same trades')
    .requiredOption(
      '--to <source>',
      'target of the trades: kafka://HOST:PORT/TOPIC, log:DIR, or - for JSON lines on standard output',
    )
    .option('--also <files>', `also write them as JSON lines here: ${FILES}`)
    .option('--trades <n>', 'how many', wholeNumber(0), 100_000)
    .option('--rate <n>', 'trades a second of market time', wholeNumber(1), 20_000)
    .option('--users <n>', 'how many users', wholeNumber(1), 20_000)
    .option('--seed <n>', 'seed of all random numbers', wholeNumber(0), 1)
    .option('--start <time>', 'a day, ISO 8601 or epoch milliseconds; defaults to the last opening of the market')
    .option('--partitions <n>', 'partitions of a new source; defaults to 4', wholeNumber(1))
    .option('--partitioner <name>', 'how the user chooses the partition: murmur2 or crc32', partitionerName, 'murmur2')
    .option('--user-skew <skew>', 'uniform, or zipf:EXPONENT: some users trade far more', skew, 'uniform')
    .option('--symbol-skew <skew>', 'uniform, or zipf:EXPONENT: some symbols are traded far more', skew, 'uniform')
    .option('--out-of-order <ms>', 'how late a trade may arrive', wholeNumber(0), 0)
    .option('--fractions <part>', 'part of the trades, 0 to 1, with a fraction of a share', part, 0)
    .option('--events <part>', 'part of all, 0 to 1, that are other events of accounts, such as dividends', part, 0)
    .option('--amendments <part>', 'part of all, 0 to 1, that withdraw or correct earlier ones', part, 0)
    .option(
      '--actions <source>',
      'also send splits and dividends of the market here: kafka://HOST:PORT/TOPIC or log:DIR',
    )
    .option('--pace', 'send trades in real time, at the pace of the market')
    .option('--skip <n>', 'trades to skip, as printed by a stopped run', wholeNumber(0), 0)
    .option('--again', 'send all trades, even if the same command has sent them before')
    .option('--json', 'end with one line of JSON')
    .addHelpText('after', HELP)
    .action(async (flags: GenerateFlags) => run(flags, toolkit));
}

const HELP = `
A run that was stopped or killed continues where it ended: the same command with the same --start finds in the source what it
has sent. So the same trades are sent once, unless --again is given.`;

function part(text: string): number {
  const value = Number(text);
  if (/^[\d.]+$/.test(text) && value <= 1) return value;
  throw new StockafolioError('ERR_USAGE', `'${text}' is not a part`, {
    hint: 'write a number from 0 to 1, such as 0.25',
  });
}

function skew(text: string): Skew {
  if (text === 'uniform') return text;
  const exponent = Number(/^zipf:(.+)$/.exec(text)?.[1]);
  if (exponent > 0) return { zipf: exponent };
  throw new StockafolioError('ERR_USAGE', `'${text}' is not a skew`, { hint: 'write uniform, or zipf:1' });
}

function generatorOf(options: GeneratorOptions): Pick<AmendedActivity, 'next' | 'takeActions'> {
  if (options.amendments !== undefined) return new AmendedActivity(options);
  return options.events === undefined ? generateTrades(options) : new AccountActivity(options);
}

async function run(flags: GenerateFlags, toolkit: Toolkit): Promise<void> {
  const reporter = toolkit.reporter(flags.json);
  const stop = toolkit.stop();
  const options: GeneratorOptions = {
    trades: flags.trades,
    users: flags.users,
    seed: flags.seed,
    start: flags.start === undefined ? lastOpening(toolkit.clock.now()) : parseStart(flags.start),
    rate: flags.rate,
    userSkew: flags.userSkew,
    symbolSkew: flags.symbolSkew,
    outOfOrder: flags.outOfOrder,
    ...(flags.fractions > 0 ? { fractions: flags.fractions } : {}),
    ...(flags.events > 0 ? { events: flags.events } : {}),
    ...(flags.amendments > 0 ? { amendments: flags.amendments } : {}),
    ...(flags.actions === undefined ? {} : { actions: true }),
  };
  const generator = generatorOf(options);
  const also = flags.also === undefined ? [] : [flags.also];
  await toolkit.untilThere({ written: targetsOf(flags), files: also }, reporter);
  const copy = flags.also === undefined ? undefined : new CopyFiles(toolkit.openFiles(flags.also), options);
  // Before any trade is sent: a run that is started again would send all of them again.
  await copy?.reach();
  const toActions = flags.actions === undefined ? undefined : await ActionSender.open(flags.actions, toolkit);
  const sink = flags.to === '-' ? lines() : await messages(flags, options, toolkit);
  if (flags.start === undefined && flags.to !== '-')
    reporter.say(
      `the first trade is at ${startOf(options)}; to continue with these trades later, use --start ${startOf(options)}`,
    );
  const progress = reporter.progress('generated');
  progress.total(flags.trades);
  const began = toolkit.clock.elapsed();
  const atATime = flags.pace === true ? Math.max(1, Math.min(AT_A_TIME, Math.round(flags.rate / 20))) : AT_A_TIME;
  let count = 0;
  let made = 0;
  let actions = 0;
  try {
    while (!stop.signal.aborted) {
      const some = generator.next(atATime);
      if (some.length === 0) break;
      actions += (await toActions?.send(generator.takeActions())) ?? 0;
      made += await sink.take(some.slice(Math.max(0, flags.skip - count)));
      await copy?.take(some);
      count += some.length;
      progress.add(some.length);
      if (flags.pace === true)
        await toolkit.clock.sleep(began + (made / flags.rate) * 1000 - toolkit.clock.elapsed(), stop.signal);
    }
  } finally {
    await sink.close();
    await copy?.close();
    await toActions?.close();
  }
  progress.done();
  if (count < flags.trades) throw stopped(Math.max(count, flags.skip), made, flags, options);
  const before = Math.max(0, count - flags.skip) - made;
  const already = before === 0 ? '' : `; ${figure(before)} were in the source already (--again sends them again)`;
  const announced = toActions === undefined ? '' : `; ${counted(actions, 'corporate action')} sent`;
  const text = `${counted(made, 'trade')} generated${already}${announced}`;
  if (flags.to === '-' && flags.json !== true) reporter.say(text);
  else reporter.result(text, { ok: true, trades: made, before, ...(toActions && { actions }) });
}

function targetsOf({ to, actions }: GenerateFlags): readonly string[] {
  return [to, ...(actions === undefined ? [] : [actions])].filter((target) => target !== '-');
}

/** Also prints the start: if it was not given, its default would be different later. */
function stopped(count: number, trades: number, flags: GenerateFlags, options: GeneratorOptions): Unfinished {
  const from = startOf(options);
  const rest = flags.again === true || flags.to === '-' ? ` --skip ${count} makes` : ' makes';
  return stoppedEarly(
    `${figure(count)} of ${counted(flags.trades, 'trade')} generated`,
    { trades, skip: count, start: from },
    `the same command with --start ${from}${rest} the rest`,
  );
}

function startOf({ start }: GeneratorOptions): string {
  return new Date(start).toISOString();
}

/** Finds what an earlier run has sent: under the times of the trades, or under the broker's own later times. */
async function sentBefore(
  flags: GenerateFlags,
  start: number,
  { openSource, clock }: Toolkit,
  producer: Producer,
): Promise<SentBefore> {
  try {
    return await SentBefore.open(openSource(flags.to), flags.partitioner, start > clock.now() ? 0 : start);
  } catch (error) {
    await producer.close();
    throw error;
  }
}

interface Sink {
  /** Sends trades; returns how many of them were not sent before. */
  take(trades: readonly StreamEvent[]): Promise<number>;
  close(): Promise<void>;
}

function lines(): Sink {
  const out = new LineWriter(process.stdout);
  return {
    take: async (trades) => {
      for (const trade of trades) await out.write(Buffer.from(wireForm.encode(trade)).toString('utf8'));
      return trades.length;
    },
    close: () => out.flush(),
  };
}

async function messages(flags: GenerateFlags, { start }: GeneratorOptions, toolkit: Toolkit): Promise<Sink> {
  const producer = await toolkit.openProducer(flags.to, flags.partitions, flags.partitioner);
  const sent = flags.again === true ? undefined : await sentBefore(flags, start, toolkit, producer);
  return {
    take: async (trades) => {
      const all = trades.map(messageOfTrade);
      const unsent = (await sent?.unsent(all)) ?? all;
      if (unsent.length > 0) await producer.append(unsent);
      return unsent.length;
    },
    close: async () => {
      await sent?.close();
      await producer.close();
    },
  };
}
