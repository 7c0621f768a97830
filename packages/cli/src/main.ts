import { isStockafolioError } from '@stockafolio/core';
import { CommanderError, Command } from 'commander';
import { DEFAULT_APP, loadApp } from './app.js';
import { exitCodes } from './output/exit-codes.js';
import { reportFailure, reportUsage } from './output/failure.js';
import { stoppedBy } from './output/stop.js';
import { toolkit, type Toolkit } from './toolkit.js';
import { commandVersion } from './version.js';

/** The commands in the order of the help. Each is loaded only when it is needed: a short one mostly loads modules. */
const commands: ReadonlyMap<string, () => Promise<(program: Command, toolkit: Toolkit) => void>> = new Map([
  ['stream', async () => (await import('./commands/stream.js')).addStream],
  ['archive', async () => (await import('./commands/archive.js')).addArchive],
  ['copy', async () => (await import('./commands/copy.js')).addCopy],
  ['batch', async () => (await import('./commands/batch.js')).addBatch],
  ['batch-unit', async () => (await import('./commands/batch-unit.js')).addBatchUnit],
  ['reconcile', async () => (await import('./commands/reconcile.js')).addReconcile],
  ['tables', async () => (await import('./commands/tables.js')).addTables],
  ['dead-letters', async () => (await import('./commands/dead-letters.js')).addDeadLetters],
  ['topology', async () => (await import('./commands/topology.js')).addTopology],
]);

/** Runs the command, and sets the exit code of the process: see `exitCodes`. */
export async function main(argv: readonly string[]): Promise<void> {
  // A reader that stops early, such as head, is not a failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  const json = argv.includes('--json');
  const telling = { json, verbose: argv.includes('--verbose') };
  // Thrown where no code waits for it, for example in a callback of a library.
  process.once('uncaughtException', (error) => process.exit(reportFailure(error, telling)));
  try {
    const program = await buildProgram(argv[2]);
    await program.parseAsync([...argv]);
    if (stoppedBy() === 'SIGINT') process.exitCode = exitCodes.interrupted;
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? exitCodes.done : reportUsage(error, json);
      return;
    }
    process.exitCode = reportFailure(error, telling);
    if (isStockafolioError(error, 'ERR_ABORTED') && stoppedBy() !== undefined) {
      process.exitCode = stoppedBy() === 'SIGINT' ? exitCodes.interrupted : exitCodes.terminated;
    }
  }
}

/** The program with the named command alone, or with all if none of ours is named. */
async function buildProgram(name: string | undefined): Promise<Command> {
  const program = new Command('stockafolio');
  program
    .description('Runs a pipeline on a stream of records, or on its archive, with equal results, and inspects them.')
    .version(await commandVersion())
    .showHelpAfterError('(see stockafolio --help, or stockafolio COMMAND --help)')
    .addHelpText(
      'after',
      `
Locations are given as URLs:
  sources   kafka://HOST:PORT[,HOST:PORT]/TOPIC, log:DIR
  tables    embedded:DIR, cassandra://HOST:PORT[,HOST:PORT]/KEYSPACE?dc=NAME
  files     file:DIR, s3://BUCKET/PREFIX?endpoint=URL&region=R, hdfs://NAMENODE:HTTPPORT[,NAMENODE:HTTPPORT]/PATH
Secrets come from the environment or the usual files, never from a URL.

Logins and TLS come from the environment: STOCKAFOLIO_KAFKA_USERNAME, _PASSWORD or _PASSWORD_FILE, _SASL_MECHANISM (plain,
scram-sha-256, scram-sha-512), _TLS=1, _CA_FILE, _CERT_FILE, _KEY_FILE; see docs/production.md.

Exit codes: 0 done, 1 internal error, 2 wrong usage, 3 an outside system failed, 130 stopped by Ctrl-C, 143 by SIGTERM
before the work was done. A command that runs until it is stopped (stream, archive, serve, batch --schedule) has then done
its work: SIGTERM ends it with 0. With --json the last line is an object: "ok" says whether the work was done, "code" why not.

An application (--app) is a path or a package: JavaScript, or from Node 22.18 on TypeScript whose types Node can remove.`,
    );
  const named = commands.get(name ?? '');
  if (named === undefined) {
    await addAppCommands(program);
    for (const load of commands.values()) (await load())(program, toolkit);
  } else {
    (await named())(program, toolkit);
  }
  finish(program);
  return program;
}

/** The commands of the installed application; without one the others still work, with `--app`. */
async function addAppCommands(program: Command): Promise<void> {
  try {
    const app = await loadApp(undefined);
    app.commands?.(program, toolkit);
  } catch {
    program.addHelpText('after', `\nFor generate, import, serve and demo, install ${DEFAULT_APP}.`);
  }
}

/** Settings that all commands share. */
function finish(command: Command): void {
  command.exitOverride();
  if (command.commands.length === 0)
    command.option('--verbose', 'print the stacks of errors, including those of drivers');
  for (const below of command.commands) finish(below);
}
